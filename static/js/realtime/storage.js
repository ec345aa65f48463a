/**
 * Where the outbox keeps what is not sent yet: IndexedDB, so that it survives a reload, or where a browser has or
 * allows none (private windows), the memory of this tab. And whose it is: each tab has a name.
 */
import { uuid } from "../lib/ids.js";

const NAME = "talkwave";
const STORE = "outbox";

/** The best storage there is: `all()`, `put(entry)`, `remove(clientId)`, each a promise. */
export async function openStorage(indexedDB = globalThis.indexedDB) {
  try {
    return new DatabaseStorage(await opened(indexedDB));
  } catch {
    return new MemoryStorage();
  }
}

export class MemoryStorage {
  #entries = new Map();

  async all() {
    return [...this.#entries.values()];
  }

  async put(entry) {
    this.#entries.set(entry.client_id, { ...entry });
  }

  async remove(clientId) {
    this.#entries.delete(clientId);
  }
}

class DatabaseStorage {
  #database;

  constructor(database) {
    this.#database = database;
    // Another version of this page wants to change the database: let it.
    database.onversionchange = () => database.close();
  }

  all() {
    return this.#run("readonly", (entries) => entries.getAll());
  }

  put(entry) {
    return this.#run("readwrite", (entries) => entries.put(entry));
  }

  remove(clientId) {
    return this.#run("readwrite", (entries) => entries.delete(clientId));
  }

  #run(mode, action) {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(STORE, mode);
      const asked = action(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }
}

function opened(indexedDB) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "client_id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
  });
}

/**
 * Which tab sends what: each tab its own entries, and those of tabs that are gone. A tab that lives holds a lock of its
 * name. Without locks (plain http) an entry may be sent by two tabs: the server makes one message of it.
 */
export class Tab {
  id = uuid();
  #locks = globalThis.navigator?.locks;

  async claim() {
    if (!this.#locks) return;
    await new Promise((held) => {
      this.#locks.request(`talkwave-tab-${this.id}`, () => (held(), new Promise(() => {}))).catch(held);
    });
  }

  /** Can it tell at any time which tabs live? Else all but itself count as gone. */
  get tells() {
    return Boolean(this.#locks);
  }

  /** Does the tab with this id live? This one does. */
  async lives(id) {
    if (!this.#locks || id === this.id) return id === this.id;
    const { held = [] } = await this.#locks.query().catch(() => ({}));
    return held.some((lock) => lock.name === `talkwave-tab-${id}`);
  }
}
