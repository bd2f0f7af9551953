import dynamic from "next/dynamic";

/** Dialogs are a tenth of the page's weight and open on a click: they are loaded then. */
export const ExecuteDialog = dynamic(() => import("./execute-dialog").then((file) => file.ExecuteDialog), { ssr: false });

/** Most of the time nobody is asked. */
export const Questions = dynamic(() => import("./waiting").then((file) => file.Waiting), { ssr: false });
