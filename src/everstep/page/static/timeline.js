// A time axis on which what happens has room, and nothing happening has little. Pure.
//
//     busy intervals --makeScale--> at(t) in 0..1, segments, ticks
//
// A gap is shortened when it is longer than half of all that is not shortened; all of them together take at most six
// parts in sixteen of the width. Between two gaps the axis is true: twice as long is twice as wide.
import { duration } from "./format.js";

const GAP_MIN = 0.5;
const GAP_SHARE = 0.2;
const GAPS_SHARE_MAX = 0.6;

// `room` is the part of the width that a label takes.
export function makeScale({ from, to, busy, isCompressed, room = 0.1 }) {
  const total = Math.max(1, to - from);
  const gaps = isCompressed ? longGaps(merged(busy, from, from + total), from, from + total) : [];
  const rest = Math.max(1, total - gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0));
  const shown = rest * Math.min(GAP_SHARE, GAPS_SHARE_MAX / Math.max(1, gaps.length));
  const width = rest + gaps.length * shown;
  const segments = [];
  let time = from;
  let x = 0;
  const add = (end, wide, isGap) => {
    if (end > time || isGap) segments.push({ from: time, to: end, x0: x, x1: x + wide / width, isGap });
    time = end;
    x += wide / width;
  };
  for (const gap of gaps) {
    add(gap.from, gap.from - time, false);
    add(gap.to, shown, true);
  }
  add(from + total, from + total - time, false);
  return { at: placer(segments), segments, ticks: ticksOf(segments, from, 1 / width, room) };
}

function merged(busy, from, to) {
  const found = [];
  const sorted = busy.map(([a, b]) => [Math.max(from, a), Math.min(to, b)]).filter(([a, b]) => b >= a).sort((a, b) => a[0] - b[0]);
  for (const [a, b] of sorted) {
    const last = found.at(-1);
    if (last && a <= last[1]) last[1] = Math.max(last[1], b);
    else found.push([a, b]);
  }
  return found;
}

function longGaps(busy, from, to) {
  const gaps = [];
  let time = from;
  for (const [a, b] of [...busy, [to, to]]) {
    if (a > time) gaps.push({ from: time, to: a, length: a - time });
    time = Math.max(time, b);
  }
  let rest = to - from;
  const long = [];
  for (const gap of gaps.sort((a, b) => b.length - a.length)) {
    if (gap.length <= GAP_MIN * (rest - gap.length) || gap.length < 20) break;
    rest -= gap.length;
    long.push(gap);
  }
  return long.sort((a, b) => a.from - b.from);
}

function placer(segments) {
  return (time) => {
    let low = 0;
    let high = segments.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (segments[middle].to < time) low = middle + 1;
      else high = middle;
    }
    const { from, to, x0, x1 } = segments[low];
    const part = to > from ? (time - from) / (to - from) : 0;
    return x0 + Math.max(0, Math.min(1, part)) * (x1 - x0);
  };
}

function ticksOf(segments, origin, perMs, room) {
  const step = nice((room * 1.3) / perMs);
  const ticks = [];
  let free = -1;
  const put = (x, end, label) => {
    if (x < free || x + room > end) return; // no label runs into a gap's
    ticks.push({ x, label });
    free = x + room;
  };
  for (const { from, to, x0, x1, isGap } of segments) {
    if (isGap) continue;
    put(x0, x1, from === origin ? "0" : `+${duration(from - origin)}`);
    for (let ms = step; from + ms < to; ms += step) {
      put(x0 + ms * perMs, x1, from === origin ? duration(ms) : `+${duration(ms)}`);
    }
  }
  return ticks;
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 216e5, 432e5, 864e5, 1728e5, 6048e5];
const nice = (ms) => STEPS.find((step) => step >= ms) ?? Math.ceil(ms / 6048e5) * 6048e5;
