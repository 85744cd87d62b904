/** Stands for one value of the key in a query that is compiled once for all keys. */
export class KeyPart {
  /** Which of the key's columns, from 0. */
  readonly position: number;

  constructor(position: number) {
    this.position = position;
  }
}
