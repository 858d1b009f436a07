import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { createVault } from "./vault.ts";

const owner = { tenantId: "tenant-1", subjectId: "connection-1" };
const key = (id: string) => ({ id, key: randomBytes(32) });

test("what was sealed opens again, whatever the text", () => {
  const vault = createVault({ keys: [key("k1")], activeKeyId: "k1" });
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => vault.open(owner, vault.seal(owner, text)) === text));
});

test("an envelope changed in any place does not open", () => {
  const vault = createVault({ keys: [key("k1")], activeKeyId: "k1" });
  const envelope = vault.seal(owner, "refresh-token");
  const [head, keyId, iv = "", sealed = ""] = envelope.split(".");
  const flip = (text: string, at: number) => {
    const bytes = Buffer.from(text, "base64url");
    bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 1;
    return bytes.toString("base64url");
  };
  fc.assert(
    fc.property(fc.nat(1_000), fc.boolean(), (at, inIv) => {
      const changed = [head, keyId, inIv ? flip(iv, at) : iv, inIv ? sealed : flip(sealed, at)].join(".");
      assert.throws(() => vault.open(owner, changed), { code: "secret.unreadable" });
    }),
  );
  assert.throws(() => vault.open(owner, envelope.slice(0, -3)), { code: "secret.unreadable" });
  assert.throws(() => vault.open(owner, envelope.replace("v1", "v2")), { code: "secret.unreadable" });
});

test("an envelope of another tenant or another connection does not open here", () => {
  const vault = createVault({ keys: [key("k1")], activeKeyId: "k1" });
  const envelope = vault.seal(owner, "refresh-token");
  assert.throws(() => vault.open({ ...owner, tenantId: "tenant-2" }, envelope), { code: "secret.unreadable" });
  assert.throws(() => vault.open({ ...owner, subjectId: "connection-2" }, envelope), { code: "secret.unreadable" });
});

test("a secret of an old key opens while that key is given, and its absence is named", () => {
  const [old, fresh] = [key("2025"), key("2026")];
  const envelope = createVault({ keys: [old], activeKeyId: "2025" }).seal(owner, "secret");

  assert.equal(createVault({ keys: [fresh, old], activeKeyId: "2026" }).open(owner, envelope), "secret");
  assert.throws(() => createVault({ keys: [fresh], activeKeyId: "2026" }).open(owner, envelope), /"2025"/);
});
