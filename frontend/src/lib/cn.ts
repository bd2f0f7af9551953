/** Join class names; falsy ones fall away. Two that set the same property are a mistake: the stylesheet's order would decide. */
export { clsx as cn } from "clsx";
