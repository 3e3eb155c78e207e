/** Print: what A4 shows otherwise than the screen is made while something prints. */
import { onBeforeUnmount, onMounted, readonly, ref, type Ref } from "vue";

/**
 * Whether paper is in view. The print event comes before the page is laid out anew, the medium's change after it: `turned`
 * is called at both, for a drawing must be there for the first and fit the second.
 */
export function usePaper(turned: (isPaper: boolean) => void = () => undefined): Readonly<Ref<boolean>> {
  const medium = window.matchMedia("print");
  const isPaper = ref(medium.matches);
  const turn = (to: boolean): void => {
    isPaper.value = to;
    turned(to);
  };
  const onPaper = (): void => turn(true);
  const onScreen = (): void => turn(false);
  const onMedium = (): void => turn(medium.matches);
  onMounted(() => {
    window.addEventListener("beforeprint", onPaper);
    window.addEventListener("afterprint", onScreen);
    medium.addEventListener("change", onMedium);
  });
  onBeforeUnmount(() => {
    window.removeEventListener("beforeprint", onPaper);
    window.removeEventListener("afterprint", onScreen);
    medium.removeEventListener("change", onMedium);
  });
  return readonly(isPaper);
}
