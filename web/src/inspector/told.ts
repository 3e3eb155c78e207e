/** What the server always tells, though its document marks no field of these answers as required. */
export type Told<T> = T extends (infer Each)[] ? Told<Each>[] : T extends object ? { [Name in keyof T]-?: Told<Exclude<T[Name], undefined>> } : T;
