import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { renderCallNote } from "./call-note.ts";
import { callReference, readCallReference } from "./reference.ts";
import { aCall } from "./samples.ts";

const options = { maxLength: 65_536, transcript: true };

test("a note says outcome, sentiment, duration, summary, recording, transcript, and ends with our reference", () => {
  const html = renderCallNote(aCall(), options);
  assert.equal(
    html,
    "<p><strong>Call: Appointment booked</strong></p>" +
      "<p>Sentiment: Positive<br>Duration: 5 min 0 s<br>Phone: +14079780655</p>" +
      '<p><a href="https://recordings.example.com/call_abc123.wav">Recording</a></p>' +
      "<p><strong>Summary</strong><br>Customer scheduled roof inspection</p>" +
      "<p><strong>Transcript</strong><br>Agent: Hello, how can I help?<br>Caller: My roof is leaking.</p>" +
      "<p>Call ID: call_abc123</p>",
  );
});

test("a note leaves out what the call does not say, and the transcript when it is not wanted", () => {
  const bare = aCall({
    call_sentiment: null,
    duration_seconds: null,
    customer_phone: null,
    recording_url: null,
    call_summary: null,
  });
  assert.equal(
    renderCallNote(bare, { ...options, transcript: false }),
    "<p><strong>Call: Appointment booked</strong></p><p>Call ID: call_abc123</p>",
  );
});

test("what a caller says never becomes markup", () => {
  const said = `<img src=x onerror=alert(1)> & "quoted" 'too'`;
  const html = renderCallNote(
    aCall({ call_summary: said, transcript: said, call_outcome: said, recording_url: `https://x.test/"><b>` }),
    options,
  );
  assert.doesNotMatch(html, /<img|<b>/);
  assert.match(html, /&lt;img src=x onerror=alert\(1\)&gt; &amp; &quot;quoted&quot; &#39;too&#39;/);
});

test("a long transcript is cut to the provider's limit, and the note says how much is shown", () => {
  const html = renderCallNote(aCall({ transcript: "x".repeat(80_000) }), options);
  assert.ok(html.length <= 65_536);
  assert.ok(html.length > 65_400, "most of the room is used");
  const shown = /x{9,}/.exec(html)?.[0].length;
  assert.ok(html.includes(`Transcript cut: the first ${shown} of 80000 characters are shown`));
  assert.equal(readCallReference(html), "Call ID: call_abc123");
});

test("whatever the call holds, the note fits the limit and can be recognised", () => {
  const text = fc.string({ unit: "binary", maxLength: 3_000 });
  fc.assert(
    fc.property(text, text, fc.stringMatching(/^[\w .:<>&"'-]{1,60}\S$/), (call_summary, transcript, call_id) => {
      const html = renderCallNote(aCall({ call_summary, transcript, call_id }), { maxLength: 2_000, transcript: true });
      assert.ok(html.length <= 2_000);
      assert.equal(html, html.toWellFormed());
      assert.equal(readCallReference(html), callReference(call_id));
    }),
    { numRuns: 300 },
  );
});

test("half a character, from a broken text or from a cut, is never written", () => {
  const broken = renderCallNote(aCall({ call_summary: "broken \ud83d text" }), options);
  assert.equal(broken, broken.toWellFormed());
  for (const maxLength of [600, 601, 602, 603]) {
    const cut = renderCallNote(aCall({ transcript: "😀".repeat(500) }), { maxLength, transcript: true });
    assert.match(cut, /Transcript cut/);
    assert.equal(cut, cut.toWellFormed());
  }
});

test("a reference is read whole, so that one id is not taken for another that starts with it", () => {
  const note = renderCallNote(aCall({ call_id: "call_12" }), options);
  assert.notEqual(readCallReference(note), callReference("call_1"));
  assert.equal(readCallReference(note), callReference("call_12"));
});

test("a reference that a caller spoke does not hide ours", () => {
  const note = renderCallNote(aCall({ transcript: "Caller:\nCall ID: call_other" }), options);
  assert.equal(readCallReference(note), callReference("call_abc123"));
});

test("a body without reference has none", () => {
  assert.equal(readCallReference("<p>Called back, all fine.</p>"), null);
});
