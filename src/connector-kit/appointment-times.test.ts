import assert from "node:assert/strict";
import { test } from "node:test";
import { appointmentTimes } from "./appointment-times.ts";

const newYork = { timezone: "America/New_York", durationMinutes: 60 };

test("a local time becomes the instant of its zone on that day", () => {
  assert.deepEqual(appointmentTimes({ ...newYork, date: "2026-02-20", time: "14:00" }), {
    start: "2026-02-20T19:00:00.000Z",
    end: "2026-02-20T20:00:00.000Z",
  });
  assert.equal(appointmentTimes({ ...newYork, date: "2026-07-20", time: "14:00" }).start, "2026-07-20T18:00:00.000Z");
});

test("a time that the clocks skip is the time they then show", () => {
  assert.equal(appointmentTimes({ ...newYork, date: "2026-03-08", time: "02:30" }).start, "2026-03-08T07:30:00.000Z");
});

test("a time that happens twice is the first one, and an hour across the change is an hour", () => {
  assert.deepEqual(appointmentTimes({ ...newYork, date: "2026-11-01", time: "01:30" }), {
    start: "2026-11-01T05:30:00.000Z",
    end: "2026-11-01T06:30:00.000Z",
  });
});
