// Numbers and times as people read them.

/** Bytes as B, kB, MB or GB, by powers of 1024 as the server's limits count them. */
export function bytes(count) {
  if (count < 1024) return `${count} B`;
  const units = ["kB", "MB", "GB"];
  let value = count / 1024;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** Seconds with one digit after the point. */
export function seconds(value) {
  return `${value.toFixed(1)} s`;
}

/** Milliseconds below one second, else seconds. */
export function duration(milliseconds) {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}

/** How long until an instant: "9 min left", "40 s left", or "expired". */
export function left(instant, now = Date.now()) {
  const rest = Math.round((Date.parse(instant) - now) / 1000);
  if (rest <= 0) return "expired";
  return rest < 120 ? `${rest} s left` : `${Math.round(rest / 60)} min left`;
}
