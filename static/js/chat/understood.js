/** A field for a time that stands in the page itself; the dialog that asks when has its own (chat/moment.js). */
export { Understanding as default } from "./understanding.js";
