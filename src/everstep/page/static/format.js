// Times and sizes in words. Pure.
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function duration(ms) {
  if (ms === null || ms === undefined) return "";
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10 * SECOND) return `${(Math.floor(ms / 10) / 100).toFixed(2)} s`;
  if (ms < MINUTE) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < HOUR) return two(ms, MINUTE, "min", SECOND, "s");
  if (ms < DAY) return two(ms, HOUR, "h", MINUTE, "min");
  return two(ms, DAY, "d", HOUR, "h");
}

function two(ms, large, largeName, small, smallName) {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeName}${rest ? ` ${rest} ${smallName}` : ""}`;
}

// Until then, or since then, in whole seconds.
export function distance(ms) {
  const away = Math.abs(ms);
  if (away < SECOND) return ms >= 0 ? "now" : "just now";
  const told = away < MINUTE ? `${Math.floor(away / SECOND)} s` : duration(away);
  return ms > 0 ? `in ${told}` : `${told} ago`;
}

const pad = (number, places = 2) => String(number).padStart(places, "0");

function fields(ms, zone) {
  const date = new Date(ms);
  const utc = zone === "utc";
  return {
    day: utc
      ? `${date.getUTCFullYear()}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`
      : `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`,
    minute: utc ? `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}` : `${pad(date.getHours())}:${pad(date.getMinutes())}`,
    second: pad(date.getUTCSeconds()),
    millis: pad(date.getUTCMilliseconds(), 3),
  };
}

// Short: without what is obvious today.
export function moment(ms, zone, now = Date.now()) {
  if (ms === null || ms === undefined) return "";
  const then = fields(ms, zone);
  return then.day === fields(now, zone).day
    ? `${then.minute}:${then.second}`
    : `${then.day} ${then.minute}`;
}

export function exactMoment(ms, zone) {
  const then = fields(ms, zone);
  const offset = -new Date(ms).getTimezoneOffset();
  const sign = offset < 0 ? "−" : "+";
  const name = zone === "utc" ? "UTC" : `UTC${sign}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
  return `${then.day} ${then.minute}:${then.second}.${then.millis} ${name}`;
}

export function clock(ms, zone) {
  const then = fields(ms, zone);
  return `${then.minute}:${then.second}.${then.millis}`;
}

export function bytes(count) {
  if (count < 1024) return `${count} B`;
  if (count < 1024 * 1024) return `${(count / 1024).toFixed(1)} KiB`;
  return `${(count / 1024 / 1024).toFixed(1)} MiB`;
}

export const number = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");

export const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;
