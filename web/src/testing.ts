/** What every unit test stands on: an IndexedDB of its own. */
import "fake-indexeddb/auto";
