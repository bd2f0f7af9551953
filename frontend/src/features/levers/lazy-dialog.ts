import { lazyDialog } from "@/i18n/lazy-dialog";

/** Opened rarely and by hand: loaded then. */
export const LeverDialog = lazyDialog(() => import("./lever-dialog").then((file) => file.LeverDialog));
