import { malformed } from "./errors.ts";

export type Literal =
  | { kind: "text"; text: string }
  | { kind: "number"; number: number }
  | { kind: "boolean"; boolean: boolean }
  | { kind: "null" }
  | { kind: "instant"; text: string }
  | { kind: "date"; text: string }
  | { kind: "word"; word: string; count: number | undefined };

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=" | "like" | "in" | "not in";

export type Condition =
  | { kind: "and" | "or"; parts: Condition[] }
  | { kind: "not"; part: Condition }
  | { kind: "compare"; field: string; operator: Comparison; values: Literal[]; query?: Query };

export interface Query {
  fields: string[];
  isCount: boolean;
  object: string;
  where: Condition | undefined;
  order: Array<{ field: string; descending: boolean; nullsLast: boolean }>;
  limit: number | undefined;
  offset: number;
  allRows: boolean;
}

interface Token {
  kind: "name" | "text" | "number" | "instant" | "date" | "sign";
  text: string;
}

const patterns: Array<[Token["kind"], RegExp]> = [
  ["instant", /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})/y],
  ["date", /\d{4}-\d{2}-\d{2}(?![\dT])/y],
  ["number", /[+-]?\d+(?:\.\d+)?/y],
  ["name", /[A-Za-z_][\w.]*/y],
  ["text", /'(?:[^'\\]|\\.)*'/y],
  ["sign", /<=|>=|!=|<>|[=<>(),:]/y],
];

/** Reads SOQL: the part of it that this simulator answers; the rest is refused by name. */
export function parseSoql(text: string): Query {
  const parser = createParser(text);
  const query = parser.query();
  parser.end();
  return query;
}

/** Reads what stands in the brackets after an object of a SOSL search: `Id, Phone WHERE … ORDER BY … LIMIT n`. */
export function parseReturning(object: string, text: string): Query {
  return parseSoql(
    `SELECT ${text.replace(/\s+(where|order|limit|offset)\b/i, ` FROM ${object} $1`)}${/\s(where|order|limit|offset)\b/i.test(text) ? "" : ` FROM ${object}`}`,
  );
}

function createParser(text: string) {
  const tokens = tokenize(text);
  let at = 0;
  return { query, end };

  function query(): Query {
    expect("select");
    const fields = list(() => selected());
    expect("from");
    const object = take("name");
    if (peekIs("name") && !isKeyword(tokens[at]?.text)) throw malformed(`unexpected token: '${tokens[at]?.text}'`);
    const where = accept("where") ? condition() : undefined;
    for (const word of ["with", "group", "having", "using", "for"]) {
      if (is(word)) throw malformed(`${word.toUpperCase()} is not answered by this simulator`);
    }
    const order = accept("order") ? orders() : [];
    const limit = accept("limit") ? Number(take("number")) : undefined;
    const offset = accept("offset") ? Number(take("number")) : 0;
    if (offset > 2_000) throw malformed("Maximum SOQL offset allowed is 2000");
    const allRows = accept("all") && expect("rows");
    const isCount = fields.length === 1 && fields[0] === "COUNT()";
    return { fields, isCount, object, where, order, limit, offset, allRows };
  }

  function selected(): string {
    if (is("(")) throw malformed("A query of child records is not answered by this simulator");
    const name = take("name");
    if (!accept("(")) return name;
    const inside = peekIs("name") ? take("name") : "";
    expect(")");
    if (name.toLowerCase() === "count" && inside === "") return "COUNT()";
    if (name.toLowerCase() === "fields") return `FIELDS(${inside.toUpperCase()})`;
    throw malformed(`${name}(${inside}) is not answered by this simulator`);
  }

  // AND and OR may not stand side by side without brackets: the other word is then one too many for whoever reads on.
  function condition(): Condition {
    const parts = [negation()];
    const joint = is("and") ? "and" : is("or") ? "or" : undefined;
    if (!joint) return parts[0] as Condition;
    while (accept(joint)) parts.push(negation());
    return { kind: joint, parts };
  }

  function negation(): Condition {
    if (accept("not")) return { kind: "not", part: negation() };
    if (accept("(")) {
      const inner = condition();
      expect(")");
      return inner;
    }
    return comparison();
  }

  function comparison(): Condition {
    const field = take("name");
    if (is("(")) throw malformed(`${field}() is not answered by this simulator`);
    if (accept("not")) {
      expect("in");
      return among(field, "not in");
    }
    if (accept("in")) return among(field, "in");
    if (accept("like")) return { kind: "compare", field, operator: "like", values: [literal()] };
    const sign = take("sign");
    const operator = sign === "<>" ? "!=" : sign;
    if (!["=", "!=", "<", "<=", ">", ">="].includes(operator)) throw malformed(`unexpected token: '${sign}'`);
    return { kind: "compare", field, operator: operator as Comparison, values: [literal()] };
  }

  function among(field: string, operator: "in" | "not in"): Condition {
    expect("(");
    if (is("select")) {
      const inner = query();
      expect(")");
      return { kind: "compare", field, operator, values: [], query: inner };
    }
    const values = list(literal);
    expect(")");
    return { kind: "compare", field, operator, values };
  }

  function literal(): Literal {
    const token = tokens[at++];
    if (!token) throw malformed("unexpected end of the query");
    if (token.kind === "text") return { kind: "text", text: readEscapes(token.text.slice(1, -1)) };
    if (token.kind === "number") return { kind: "number", number: Number(token.text) };
    if (token.kind === "instant" || token.kind === "date") return { kind: token.kind, text: token.text };
    const word = token.text.toLowerCase();
    if (token.kind !== "name") throw malformed(`unexpected token: '${token.text}'`);
    if (word === "null") return { kind: "null" };
    if (word === "true" || word === "false") return { kind: "boolean", boolean: word === "true" };
    const count = accept(":") ? Number(take("number")) : undefined;
    return { kind: "word", word: word.toUpperCase(), count };
  }

  function orders(): Query["order"] {
    expect("by");
    return list(() => {
      const field = take("name");
      const descending = accept("desc");
      if (!descending) accept("asc");
      const nulls = accept("nulls") ? take("name").toLowerCase() : undefined;
      return { field, descending, nullsLast: nulls === "last" };
    });
  }

  function list<T>(read: () => T): T[] {
    const items = [read()];
    while (accept(",")) items.push(read());
    return items;
  }

  function is(word: string): boolean {
    const token = tokens[at];
    return token !== undefined && token.kind !== "text" && token.text.toLowerCase() === word;
  }

  function peekIs(kind: Token["kind"]): boolean {
    return tokens[at]?.kind === kind;
  }

  function accept(word: string): boolean {
    if (!is(word)) return false;
    at++;
    return true;
  }

  function expect(word: string): true {
    if (!accept(word)) throw malformed(`expecting '${word}' but was: '${tokens[at]?.text ?? "<EOF>"}'`);
    return true;
  }

  function take(kind: Token["kind"]): string {
    const token = tokens[at];
    if (token?.kind !== kind) throw malformed(`unexpected token: '${token?.text ?? "<EOF>"}'`);
    at++;
    return token.text;
  }

  function end(): void {
    if (at < tokens.length) throw malformed(`unexpected token: '${tokens[at]?.text}'`);
  }
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text.charAt(at))) {
      at++;
      continue;
    }
    const found = patterns.find(([, pattern]) => {
      pattern.lastIndex = at;
      return pattern.test(text);
    });
    if (!found) throw malformed(`line 1:${at} no viable alternative at character '${text.charAt(at)}'`);
    const [kind, pattern] = found;
    tokens.push({ kind, text: text.slice(at, pattern.lastIndex) });
    at = pattern.lastIndex;
  }
  return tokens;
}

function isKeyword(text = ""): boolean {
  return /^(where|with|group|having|using|for|order|limit|offset|all)$/i.test(text);
}

/** What the escapes stand for; `\_` and `\%` stay as they are, since only LIKE knows them. */
function readEscapes(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (whole, code: string) => {
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    const known: Record<string, string> = { n: "\n", N: "\n", r: "\r", R: "\r", t: "\t", T: "\t", b: "\b", f: "\f" };
    if (code === "_" || code === "%") return whole;
    const plain = known[code] ?? (/['"\\]/.test(code) ? code : undefined);
    if (plain === undefined)
      throw malformed(`Invalid string literal: Illegal character sequence '${whole}' in string literal`);
    return plain;
  });
}
