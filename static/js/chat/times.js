/** A page the server wrote, with times in it (`time[data-when]`): they are said as the timeline says its own. */
import { showTimes } from "../lib/time.js";

export default class Times {
  constructor(element) {
    showTimes(element);
  }
}
