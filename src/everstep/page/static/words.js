// How the service's words are said to people, and which shape stands beside them. Pure.
export const STATUSES = ["RUNNING", "PAUSING", "PAUSED", "SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED", "DELETING"];

const NAMES = {
  RUNNING: "Running",
  PAUSING: "Pausing",
  PAUSED: "Paused",
  SUCCEEDED: "Succeeded",
  FAILED: "Failed",
  TIMED_OUT: "Timed out",
  STOPPED: "Stopped",
  DELETING: "Deleting",
  WAITING: "Waiting",
  STARTED: "Running",
  PENDING: "Waits to retry",
  READY: "Ready",
  CANCELLED: "Cancelled",
  COMPLETED: "Completed",
  LIVE: "Running",
  OWED: "About to begin",
  RETRIED: "Failed, tried again",
};

export const statusName = (status) => NAMES[status] ?? status;

// The colour and the shape of a status: never the colour alone.
const TONES = {
  RUNNING: ["going", "dot"],
  STARTED: ["going", "dot"],
  LIVE: ["going", "dot"],
  OWED: ["going", "ring"],
  READY: ["going", "ring"],
  WAITING: ["going", "half"],
  PENDING: ["warn", "retry"],
  RETRIED: ["warn", "retry"],
  PAUSING: ["warn", "pause"],
  PAUSED: ["warn", "pause"],
  SUCCEEDED: ["good", "check"],
  COMPLETED: ["good", "check"],
  FAILED: ["bad", "cross"],
  TIMED_OUT: ["bad", "clock"],
  STOPPED: ["quiet", "square"],
  CANCELLED: ["quiet", "square"],
  DELETING: ["quiet", "square"],
};

export const toneOf = (status) => TONES[status]?.[0] ?? "quiet";
export const shapeOf = (status) => TONES[status]?.[1] ?? "ring";

// An execution that only waits is RUNNING to the service; people want to know the difference.
export const shownStatus = (line) => (line.status === "RUNNING" && line.waits && !line.invocation ? "WAITING" : line.status);

const KINDS = {
  STEP: "Step",
  WAIT: "Wait",
  CALLBACK: "Callback",
  CHAINED_INVOKE: "Invoke",
  CONTEXT: "Context",
  EXECUTION: "Execution",
  INVOCATION: "Invocation",
};

export function kindName(operation) {
  if (operation.kind === "CONTEXT" || operation.kind === "STEP") {
    const type = operation.sub_type;
    if (type && type !== "Step") return type.replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);
  }
  return KINDS[operation.kind] ?? operation.kind;
}

// What an execution waits for, as the end of "waits for …".
export function waitName(wait) {
  switch (wait.kind) {
    case "WAIT":
      return wait.name ? `the wait ${wait.name}` : "a wait to end";
    case "CALLBACK":
      return wait.name ? `the callback ${callbackName(wait.name)}` : "a callback";
    case "CHAINED_INVOKE":
      return `${wait.function ?? "another function"}${wait.name ? ` (${wait.name})` : ""}`;
    case "STEP":
      return wait.sub_type === "WaitForCondition"
        ? `the next look at ${wait.name ?? "a condition"}`
        : `attempt ${wait.attempt + 1} of ${wait.name ?? "a step"}`;
    case "INVOCATION":
      return "the function to be tried again";
    default:
      return wait.name ?? wait.kind;
  }
}

// The SDKs name the callback of `wait_for_callback` after its call, and say what it is for.
export const callbackName = (name) => name?.replace(/ create callback id$/, "") ?? null;

export const operationName = (operation) => operation.name ?? kindName(operation).toLowerCase();
