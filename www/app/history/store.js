// IndexedDB as promises: what is known of each video, and its files. Keys are never given to it.
const NAME = "kling-avatar";
const VIDEOS = "videos";
const FILES = "files";

/** Opens the store, or rejects where the browser keeps nothing. */
export async function openStore() {
  const store = new Store();
  await store.open();
  return store;
}

function openDatabase() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore(VIDEOS, { keyPath: "id" });
      opening.result.createObjectStore(FILES);
    };
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new Error("An older version of this page is open in another tab."));
  });
}

class Store {
  #database = null;
  /** Called when all that was kept may be gone. What is kept from then on is kept anew. */
  onlost = () => {};

  async open() {
    if (this.#database) return;
    const database = await openDatabase();
    const lose = () => {
      if (this.#database !== database) return;
      this.#database = null;
      this.onlost();
    };
    // Lets "delete the site's data" and newer versions of the page go ahead.
    database.onversionchange = () => {
      database.close();
      lose();
    };
    database.onclose = lose;
    this.#database = database;
  }

  async records() {
    return (await this.#run([VIDEOS], "readonly", (videos) => videos.getAll())).map(withFiles);
  }

  async record(id) {
    return withFiles(await this.#run([VIDEOS], "readonly", (videos) => videos.get(id)));
  }

  /** Keeps a record, and the given files of it; `null` in place of a file deletes it. */
  async save(record, files = {}) {
    try {
      return await this.#write(record, files);
    } catch (error) {
      if (error?.name === "QuotaExceededError") throw error;
      return this.#write(await withBytes(record), await withBytes(files));
    }
  }

  #write(record, files) {
    return this.#run([VIDEOS, FILES], "readwrite", (videos, kept) => {
      for (const [name, file] of Object.entries(files)) {
        if (file) kept.put(file, `${record.id} ${name}`);
        else kept.delete(`${record.id} ${name}`);
      }
      return videos.put(record);
    });
  }

  async file(id, name) {
    return fileOf(await this.#run([FILES], "readonly", (files) => files.get(`${id} ${name}`)));
  }

  delete(id) {
    return this.#run([VIDEOS, FILES], "readwrite", (videos, files) => {
      files.delete(IDBKeyRange.bound(`${id} `, `${id} \uffff`));
      return videos.delete(id);
    });
  }

  async #run(stores, mode, work) {
    await this.open();
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(stores, mode);
      const request = work(...stores.map((name) => transaction.objectStore(name)));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }
}

/** In a private window WebKit keeps bytes, but no files. */
async function withBytes(values) {
  const entries = Object.entries(values).map(async ([key, value]) => {
    if (!(value instanceof Blob)) return [key, value];
    return [key, { inBytes: await value.arrayBuffer(), type: value.type, name: value.name }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

function fileOf(value) {
  if (value?.inBytes === undefined) return value;
  const { inBytes, type, name } = value;
  return name === undefined ? new Blob([inBytes], { type }) : new File([inBytes], name, { type });
}

const withFiles = (record) => record && { ...record, thumb: fileOf(record.thumb) };
