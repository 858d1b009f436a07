import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { renderCallNote } from "./call-note.ts";
import { renderMessageNote } from "./message-note.ts";
import { callReference, messageReference, readCallReference, readReference } from "./reference.ts";
import { aCall, aMessage } from "./samples.ts";

const options = { maxLength: 65_536 };

test("a note says which way the message went, its words, the number, and ends with our reference", () => {
  assert.equal(
    renderMessageNote(aMessage({ text: "Can you come on Friday?\n<b>Jane</b>" }), options),
    "<p><strong>SMS received:</strong><br>Can you come on Friday?<br>&lt;b&gt;Jane&lt;/b&gt;</p>" +
      "<p>Phone: +14079780655</p><p>Message ID: sms_abc123</p>",
  );
  const sent = renderMessageNote(
    aMessage({ direction: "outbound", text: "On our way.", customer_phone: null }),
    options,
  );
  assert.equal(sent, "<p><strong>SMS sent:</strong><br>On our way.</p><p>Message ID: sms_abc123</p>");
});

test("whatever the message holds, the note fits the limit and can be recognised", () => {
  const id = fc.stringMatching(/^[\w .<>&"'-]{1,60}\S$/);
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 3_000 }), id, (text, message_id) => {
      const html = renderMessageNote(aMessage({ text, message_id }), { maxLength: 1_500 });
      assert.ok(html.length <= 1_500);
      assert.equal(readReference(html), messageReference(message_id));
    }),
    { numRuns: 300 },
  );
});

test("words that do not fit are cut, and the note says so", () => {
  const html = renderMessageNote(aMessage({ text: "&".repeat(20_000) }), options);
  assert.ok(html.length <= 65_536);
  assert.match(html, /\[Text cut: the first \d+ of 20000 characters are shown; the whole is kept with the message\.\]/);
});

test("a message that quotes a call's reference is not taken for that call, nor the other way round", () => {
  const message = renderMessageNote(aMessage({ text: "Call ID: call_abc123" }), options);
  assert.equal(readReference(message), "Message ID: sms_abc123");
  assert.equal(readCallReference(message), null);

  const call = renderCallNote(aCall({ transcript: "Message ID: sms_abc123" }), { ...options, transcript: true });
  assert.equal(readReference(call), callReference("call_abc123"));
});
