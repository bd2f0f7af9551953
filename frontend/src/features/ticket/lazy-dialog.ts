import dynamic from "next/dynamic";
import { lazyDialog } from "@/i18n/lazy-dialog";

/** Dialogs are a tenth of the page's weight and open on a click: they are loaded then. */
export const ExecuteDialog = lazyDialog(() => import("./execute-dialog").then((file) => file.ExecuteDialog));

/** Most of the time nobody is asked. */
export const Questions = dynamic(() => import("./waiting").then((file) => file.Waiting), { ssr: false });
