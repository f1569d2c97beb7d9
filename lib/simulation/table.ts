/** Rows of one kind, in the order of their creation, and what is made of each; made anew only when it changed. */
import type { Stored } from "../store/collection.ts";

export class Table<Row extends Stored, Shape> {
  readonly rows = new Map<string, Row>();
  private readonly shapes = new Map<string, Shape>();
  private readonly shape: (row: Row) => Shape;
  private list: Shape[] | undefined;

  constructor(shape: (row: Row) => Shape) {
    this.shape = shape;
  }

  load(rows: readonly Row[]): void {
    this.rows.clear();
    this.shapes.clear();
    this.list = undefined;
    for (const row of rows) this.rows.set(row.id, row);
  }

  /** @param row null: removed */
  put(id: string, row: Row | null): void {
    if (row === null) this.rows.delete(id);
    else this.rows.set(id, row);
    this.touch(id);
  }

  /** Something that the row's shape depends on changed. */
  touch(id: string): void {
    this.shapes.delete(id);
    this.list = undefined;
  }

  touchAll(): void {
    this.shapes.clear();
    this.list = undefined;
  }

  /** The same array as long as nothing in it changed. */
  all(): Shape[] {
    this.list ??= [...this.rows.values()].map((row) => this.of(row));
    return this.list;
  }

  private of(row: Row): Shape {
    const known = this.shapes.get(row.id);
    if (known !== undefined) return known;
    const made = this.shape(row);
    this.shapes.set(row.id, made);
    return made;
  }
}
