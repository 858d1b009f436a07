import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forEachEngine } from "./test-db.ts";

const id = "01a1f9a3-59df-7551-8fab-3f05d41295c5";

forEachEngine((engine, open) => {
  const opening = open({ after });

  test(`${engine}: values arrive as one kind of value per column type`, async () => {
    const db = await opening;
    const [row] = await db.transaction((tx) =>
      tx.query(`select
        '2026-03-02 15:00:00.123+02'::timestamptz as instant, '2026-03-02'::date as day, '2026-03-02 15:00'::timestamp as wall,
        '15:00'::time as time, 9007199254740991::bigint as big, 7 as small, 1.50::numeric as exact, 1.5::float8 as inexact,
        true as yes, '{"a":[1,null]}'::jsonb as json, '\\x00ff'::bytea as bytes, array['a', null, 'b,"c']::text[] as texts,
        array['${id}']::uuid[] as ids, array[1, null]::bigint[] as bigs, array['2026-03-02']::date[] as days, null::text as none`),
    );

    assert.deepEqual(row, {
      instant: new Date("2026-03-02T13:00:00.123Z"),
      day: "2026-03-02",
      wall: "2026-03-02 15:00:00",
      time: "15:00:00",
      big: 9007199254740991,
      small: 7,
      exact: "1.50",
      inexact: 1.5,
      yes: true,
      json: { a: [1, null] },
      bytes: Buffer.from([0, 255]),
      texts: ["a", null, 'b,"c'],
      ids: [id],
      bigs: [1, null],
      days: ["2026-03-02"],
      none: null,
    });
  });

  test(`${engine}: parameters arrive as they were sent`, async () => {
    const db = await opening;
    const at = new Date("2026-03-02T15:00:00.123Z");
    const json = { text: "ä'\"\\", list: [1, { deep: true }], none: null };
    const [row] = await db.transaction((tx) =>
      tx.query(
        `select $1::timestamptz as instant, $2::jsonb as json, $3::jsonb as list, $4::bytea as bytes, $5::bytea as view,
          $6::bigint as big, $7::boolean as yes, $8::text as none, $9::text[] as texts, $10::uuid[] as ids, $11::numeric as exact`,
        [
          at,
          json,
          JSON.stringify([1, 2]),
          Buffer.from("ÿ"),
          Uint8Array.of(1, 2),
          2 ** 40,
          false,
          null,
          ["a", 'b,"c'],
          [id],
          "1.50",
        ],
      ),
    );

    assert.deepEqual(row, {
      instant: at,
      json,
      list: [1, 2],
      bytes: Buffer.from("ÿ"),
      view: Buffer.from([1, 2]),
      big: 2 ** 40,
      yes: false,
      none: null,
      texts: ["a", 'b,"c'],
      ids: [id],
      exact: "1.50",
    });
  });

  test(`${engine}: rows travel as arrays and as one JSON text`, async () => {
    const db = await opening;
    const rows = [{ id, name: "one", at: "2026-03-02T15:00:00Z" }];
    const [unnested, parsed] = await db.transaction(async (tx) => [
      await tx.query("select * from unnest($1::uuid[], $2::text[]) as t (id, name)", [
        [id, id],
        ["one", null],
      ]),
      await tx.query("select * from jsonb_to_recordset($1) as t (id uuid, name text, at timestamptz)", [
        JSON.stringify(rows),
      ]),
    ]);

    assert.deepEqual(unnested, [
      { id, name: "one" },
      { id, name: null },
    ]);
    assert.deepEqual(parsed, [{ id, name: "one", at: new Date("2026-03-02T15:00:00Z") }]);
  });

  test(`${engine}: a bigint that a number cannot hold is an error, not another number`, async () => {
    const db = await opening;
    await assert.rejects(
      db.transaction((tx) => tx.query("select 9007199254740993::bigint")),
      /cast it to text/,
    );
    assert.deepEqual(await db.transaction((tx) => tx.query("select 9007199254740993::bigint::text as n")), [
      { n: "9007199254740993" },
    ]);
  });

  test(`${engine}: a parameter that cannot be sent fails its own statement and nothing hangs`, async () => {
    const db = await opening;
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    await assert.rejects(
      db.transaction((tx) => tx.query("select $1::jsonb", [circular])),
      /circular/,
    );
    assert.deepEqual(await db.transaction((tx) => tx.query("select 1 as n")), [{ n: 1 }]);
  });

  test(`${engine}: a megabyte goes in and comes out whole`, async () => {
    const db = await opening;
    const text = "ä0123456789".repeat(200_000);
    const [row] = await db.transaction((tx) => tx.query<{ text: string }>("select $1::text as text", [text]));
    assert.ok(row?.text === text);
  });
});
