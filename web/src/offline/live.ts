/** What is kept, as Vue shows it: it follows every change, made in this tab or in another. */
import { liveQuery } from "dexie";
import { computed, onScopeDispose, ref, shallowRef, toValue, watch, type ComputedRef, type MaybeRefOrGetter, type Ref, type ShallowRef } from "vue";
import { useI18n } from "vue-i18n";

import { loadTexts } from "@/app/language";
import { useSession } from "@/app/session";

import { withDatabase, type Line } from "./database";
import type { KeptProblem, KeptRecord, LocalPhoto, RecordKind, RecordState, Wait } from "./record_types";
import { OUTGOING_STATES } from "./record_types";
import { leaveDraft } from "./records";
import { standingOf } from "./standing";
import { findStorageHealth, type StorageHealth } from "./storage_health";

const AGAIN_MS = 1000;

/** A query that is asked again whenever what it read has changed; undefined before its first answer. */
export function useLive<T>(query: () => Promise<T>, depends: MaybeRefOrGetter<unknown> = null): Readonly<ShallowRef<T | undefined>> {
  const found = shallowRef<T>();
  let subscription: { unsubscribe(): void } | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const follow = (): void => {
    subscription?.unsubscribe();
    subscription = liveQuery(query).subscribe({
      next: (value) => (found.value = value),
      // The browser took the database away; it comes back when asked.
      error: () => (timer = setTimeout(follow, AGAIN_MS)),
    });
  };
  watch(() => toValue(depends), follow, { immediate: true });
  onScopeDispose(() => {
    clearTimeout(timer);
    subscription?.unsubscribe();
  });
  return found;
}

/** Whether a record is to be shown to whoever is signed in: theirs, and what was made here without signing in. */
function useIsMine(): (record: KeptRecord | undefined) => boolean {
  const session = useSession();
  return (record) => record !== undefined && (record.owner === null || record.owner === session.account?.id);
}

export interface LiveRecord<K extends RecordKind = RecordKind> {
  record: ComputedRef<KeptRecord<K> | undefined>;
  photos: ComputedRef<LocalPhoto[]>;
  /** False until the database has answered once. */
  isLoaded: ComputedRef<boolean>;
}

/** One record with its photos, in order. Leaving the page lets other tabs edit it. */
export function useRecord<K extends RecordKind = RecordKind>(id: MaybeRefOrGetter<string>): LiveRecord<K> {
  const isMine = useIsMine();
  const found = useLive(
    () =>
      withDatabase(async (db) => ({
        record: await db.records.get(toValue(id)),
        photos: await db.photos.where("recordId").equals(toValue(id)).sortBy("order"),
      })),
    id,
  );
  const record = computed(() => (isMine(found.value?.record) ? found.value?.record : undefined));
  onScopeDispose(() => void leaveDraft(toValue(id)));
  return {
    record: record as ComputedRef<KeptRecord<K> | undefined>,
    photos: computed(() => (record.value === undefined ? [] : (found.value?.photos ?? []))),
    isLoaded: computed(() => found.value !== undefined),
  };
}

/** The photos of one record, without holding it. */
export function usePhotos(recordId: MaybeRefOrGetter<string>): ComputedRef<LocalPhoto[]> {
  const found = useLive(() => withDatabase((db) => db.photos.where("recordId").equals(toValue(recordId)).sortBy("order")), recordId);
  return computed(() => found.value ?? []);
}

export interface RecordFilter {
  kind?: RecordKind | readonly RecordKind[];
  state?: RecordState | readonly RecordState[];
  /** Null: only what was made without signing in. Left out: that, and what the account signed in has made. */
  owner?: string | null;
  subject?: string;
}

/** Records, the last changed first; never another account's. */
export function useRecords(filter: MaybeRefOrGetter<RecordFilter> = {}): ComputedRef<KeptRecord[]> {
  const isMine = useIsMine();
  const found = useLive(
    () => withDatabase((db) => db.records.filter((each) => fits(each, toValue(filter))).toArray()),
    () => JSON.stringify(toValue(filter)),
  );
  return computed(() => (found.value ?? []).filter(isMine).sort((a, b) => b.changedAt.localeCompare(a.changedAt)));
}

function fits(record: KeptRecord, { kind, state, owner, subject }: RecordFilter): boolean {
  const among = <T>(wanted: T | readonly T[] | undefined, value: T) => wanted === undefined || (Array.isArray(wanted) ? wanted.includes(value) : wanted === value);
  return among(kind, record.kind) && among(state, record.state) && (owner === undefined || record.owner === owner) && (subject === undefined || record.subject === subject);
}

export interface Queue {
  /** How many records of the person's own are in each state. */
  counts: ComputedRef<Record<RecordState, number>>;
  /** Drafts aside, how many have not arrived. */
  unsent: ComputedRef<number>;
  /** How many records of other accounts wait on this phone, for them to sign in again. */
  others: ComputedRef<number>;
  /** How many photos of those that are on their way have arrived, of how many. */
  photos: ComputedRef<{ stored: number; total: number }>;
  /** Why nothing is sent just now; null where nothing holds it up. */
  wait: ComputedRef<Wait | null>;
  isOnline: Ref<boolean>;
  lastReceiptAt: ComputedRef<string | null>;
}

const STATES: readonly RecordState[] = ["draft", "queued", "sending", "waiting", "refused", "damaged", "delivered"];

/** Whether the browser knows of a network. */
export function useOnline(): Ref<boolean> {
  const isOnline = ref(navigator.onLine);
  const settle = (): void => {
    isOnline.value = navigator.onLine;
  };
  addEventListener("online", settle);
  addEventListener("offline", settle);
  onScopeDispose(() => {
    removeEventListener("online", settle);
    removeEventListener("offline", settle);
  });
  return isOnline;
}

/** The whole queue of this phone in figures. */
export function useQueue(): Queue {
  const isOnline = useOnline();
  const isMine = useIsMine();
  const found = useLive(() =>
    withDatabase(async (db) => {
      const records = await db.records.toArray();
      const photos = await db.photos.where("recordId").anyOf(records.filter((each) => OUTGOING_STATES.includes(each.state)).map((each) => each.id)).toArray();
      const line = ((await db.facts.get("line"))?.value as Line | undefined) ?? null;
      const last = ((await db.facts.get("lastReceiptAt"))?.value as string | undefined) ?? null;
      return { records, photos, line, last };
    }),
  );
  const mine = computed(() => (found.value?.records ?? []).filter(isMine));
  const outgoing = computed(() => mine.value.filter((each) => OUTGOING_STATES.includes(each.state)).sort((a, b) => a.order - b.order));
  const photos = computed(() => {
    const ids = new Set(outgoing.value.map((each) => each.id));
    return (found.value?.photos ?? []).filter((each) => ids.has(each.recordId));
  });
  return {
    counts: computed(() => Object.fromEntries(STATES.map((state) => [state, mine.value.filter((each) => each.state === state).length])) as Record<RecordState, number>),
    unsent: computed(() => mine.value.filter((each) => each.state !== "draft" && each.state !== "delivered").length),
    others: computed(() => (found.value?.records ?? []).filter((each) => !isMine(each) && each.state !== "delivered").length),
    photos: computed(() => ({ stored: photos.value.filter((each) => each.state === "stored").length, total: photos.value.length })),
    wait: computed(() => (outgoing.value.length === 0 ? null : (found.value?.line ?? outgoing.value.find((each) => each.wait !== null)?.wait ?? null))),
    isOnline,
    lastReceiptAt: computed(() => found.value?.last ?? null),
  };
}

/** Looked at again every minute and whenever what is kept changes. */
export function useStorageHealth(): Readonly<ShallowRef<StorageHealth | undefined>> {
  const health = shallowRef<StorageHealth>();
  const look = (): void => {
    void findStorageHealth().then((found) => (health.value = found));
  };
  const count = useLive(() => withDatabase((db) => db.photos.count()));
  watch(count, look, { immediate: true });
  const timer = setInterval(look, 60_000);
  onScopeDispose(() => clearInterval(timer));
  return health;
}

/** Waiting and states in words. */
export function useWaitText(): (wait: Wait, now?: number) => string {
  void loadTexts("offline");
  const { t } = useI18n();
  return (wait, now = Date.now()) => {
    const reason = t(`offline.wait.${wait.reason}`);
    const left = wait.until === null ? 0 : Math.ceil((wait.until - now) / 1000);
    if (left <= 0) return reason;
    const span = left < 90 ? t("offline.wait.seconds", { count: left }) : t("offline.wait.minutes", { count: Math.round(left / 60) });
    return t("offline.wait.again", { reason, span });
  };
}

/** Where a record stands in one line: 等待网络, or 等待发送 · 服务器忙，14 秒后再试. */
export function useStandingText(): (record: { state: RecordState; wait: Wait | null }, now?: number) => string {
  const waitText = useWaitText();
  const isOnline = useOnline();
  const { t } = useI18n();
  return (record, now = Date.now()) => {
    const standing = standingOf(record, isOnline.value);
    const word = t(`offline.state.${standing}`);
    if (record.state !== "waiting" || record.wait === null || !isOnline.value) return word;
    return standing === "network" ? waitText(record.wait, now) : `${word} · ${waitText(record.wait, now)}`;
  };
}

/** A refusal in words: what the server said, or what this phone has to say about it. */
export function useRefusalText(): (problem: KeptProblem) => string {
  void loadTexts("offline");
  const { t } = useI18n();
  return (problem) => {
    if (problem.status === 412 || problem.code === "version_mismatch") return t("offline.refused.changedMeanwhile");
    if (problem.code === "receipt_differs") return t("offline.refused.receiptDiffers");
    const said = [...new Set([problem.detail, ...problem.errors.map((each) => each.detail)])].filter((each) => each !== "");
    return said.length > 0 ? said.join("；") : t("offline.refused.other", { status: problem.status });
  };
}
