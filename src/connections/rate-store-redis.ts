import type { RateStore } from "./rate-budget.ts";

/** As much of a Redis client as this needs. */
export interface RedisScripts {
  eval(script: string, keyCount: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
}

// Microseconds of the server's clock keep 16 digits; numbers go out as text because Redis cuts Lua numbers to whole ones.
const now = `
local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000
local function keep(key, at)
  redis.call('SET', key, string.format('%.3f', at), 'PX', math.max(1, math.ceil(at - now)))
end
`;

const reserveScript = `${now}
local wait, arrivals = 0, {}
for i, key in ipairs(KEYS) do
  arrivals[i] = tonumber(redis.call('GET', key) or 0)
  wait = math.max(wait, arrivals[i] - tonumber(ARGV[1 + 2 * i]) - now)
end
if wait > tonumber(ARGV[1]) then return {0, tostring(wait)} end
for i, key in ipairs(KEYS) do keep(key, math.max(arrivals[i], now + wait) + tonumber(ARGV[2 * i])) end
return {1, tostring(wait)}
`;

const pushScript = `${now}
for i, key in ipairs(KEYS) do
  keep(key, math.max(tonumber(redis.call('GET', key) or 0), now + tonumber(ARGV[i])))
end
return 1
`;

/** Budgets that all processes on one Redis share. */
export function createRedisRateStore(redis: RedisScripts, prefix = "tieline:rate:"): RateStore {
  return {
    async reserve(draws, aheadMs) {
      const numbers = draws.flatMap(({ incrementMs, toleranceMs }) => [incrementMs, toleranceMs]);
      const keys = draws.map(({ key }) => prefix + key);
      const [booked, wait] = (await redis.eval(reserveScript, keys.length, ...keys, aheadMs, ...numbers)) as [
        number,
        string,
      ];
      return { booked: booked === 1, waitMs: Number(wait) };
    },
    async push(draws, delayMs) {
      const keys = draws.map(({ key }) => prefix + key);
      await redis.eval(pushScript, keys.length, ...keys, ...draws.map(({ toleranceMs }) => delayMs + toleranceMs));
    },
  };
}
