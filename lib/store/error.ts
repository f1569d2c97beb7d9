/** The database cannot be used. The message says which one and why, for whoever starts the server. */
export class StoreError extends Error {}
