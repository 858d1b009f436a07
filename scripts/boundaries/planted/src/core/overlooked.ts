export type Value = import("#connections").Fine;
