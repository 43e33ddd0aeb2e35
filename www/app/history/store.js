// IndexedDB as promises: what is known of each video, and its files. Keys are never given to it.
const NAME = "kling-avatar";
const VIDEOS = "videos";
const FILES = "files";

/** Opens the store, or rejects where the browser keeps nothing. */
export function openStore() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore(VIDEOS, { keyPath: "id" });
      opening.result.createObjectStore(FILES);
    };
    opening.onsuccess = () => resolve(new Store(opening.result));
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new Error("An older version of this page is open in another tab."));
  });
}

class Store {
  #database;

  constructor(database) {
    this.#database = database;
    // Lets "delete the site's data" and newer versions of the page go ahead.
    database.onversionchange = () => database.close();
  }

  records() {
    return this.#run([VIDEOS], "readonly", (videos) => videos.getAll());
  }

  record(id) {
    return this.#run([VIDEOS], "readonly", (videos) => videos.get(id));
  }

  /** Keeps a record, and the given files of it; `null` in place of a file deletes it. */
  save(record, files = {}) {
    return this.#run([VIDEOS, FILES], "readwrite", (videos, kept) => {
      for (const [name, file] of Object.entries(files)) {
        if (file) kept.put(file, `${record.id} ${name}`);
        else kept.delete(`${record.id} ${name}`);
      }
      return videos.put(record);
    });
  }

  file(id, name) {
    return this.#run([FILES], "readonly", (files) => files.get(`${id} ${name}`));
  }

  delete(id) {
    return this.#run([VIDEOS, FILES], "readwrite", (videos, files) => {
      files.delete(IDBKeyRange.bound(`${id} `, `${id} \uffff`));
      return videos.delete(id);
    });
  }

  #run(stores, mode, work) {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(stores, mode);
      const request = work(...stores.map((name) => transaction.objectStore(name)));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }
}
