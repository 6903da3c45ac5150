// The functions of functions.mjs behind Lambda's Invoke route; its first line of output says where.

import { createServer } from "node:http";
import * as functions from "./functions.mjs";

const ROUTE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function answer(response, status, value, headers = {}) {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(value ?? null));
}

// The service names a function by its ARN, of which a name and perhaps a qualifier are the end.
function nameIn(reference) {
  const parts = decodeURIComponent(reference).split(":");
  return parts.length > 1 ? parts[parts.indexOf("function") + 1] : parts[0];
}

const server = createServer(async (request, response) => {
  const [, reference] = ROUTE.exec(new URL(request.url, "http://host").pathname) ?? [];
  const name = reference && nameIn(reference);
  if (request.method !== "POST" || !Object.hasOwn(functions, name ?? "")) {
    answer(response, 404, { Message: `no function ${reference}` }, { "X-Amzn-ErrorType": "ResourceNotFoundException" });
    return;
  }
  const context = {
    functionName: name,
    awsRequestId: crypto.randomUUID(),
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    getRemainingTimeInMillis: () => 60_000,
  };
  try {
    answer(response, 200, await functions[name](JSON.parse(await bodyOf(request)), context));
  } catch (error) {
    const failure = { errorType: error.name, errorMessage: error.message };
    answer(response, 200, failure, { "X-Amz-Function-Error": "Unhandled" });
  }
});

server.listen(0, "127.0.0.1", () => {
  const endpoint = `http://127.0.0.1:${server.address().port}`;
  process.stdout.write(`${JSON.stringify({ event: "listening", endpoint, functions: Object.keys(functions) })}\n`);
});
process.on("SIGTERM", () => server.close(() => process.exit(0)));
