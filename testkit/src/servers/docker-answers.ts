import { request, type RequestOptions } from "node:http";

/** Whether a Docker engine answers a ping within two seconds. Any HTTP answer counts, also one that asks for TLS. */
export function dockerAnswers(
  host: string | undefined = process.env["DOCKER_HOST"],
): Promise<boolean> {
  const target = pingTarget(host);
  if (target === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const ping = request(
      { ...target, path: "/_ping", signal: AbortSignal.timeout(2000) },
      (response) => {
        response.resume();
        resolve(true);
      },
    );
    ping.on("error", () => resolve(false));
    ping.end();
  });
}

function pingTarget(host: string | undefined): RequestOptions | undefined {
  if (host === undefined || host === "") {
    return {
      socketPath: process.platform === "win32" ? "//./pipe/docker_engine" : "/var/run/docker.sock",
    };
  }
  if (!URL.canParse(host)) return undefined;
  const url = new URL(host);
  if (url.protocol === "unix:" || url.protocol === "npipe:") return { socketPath: url.pathname };
  return url.hostname === "" ? undefined : { host: url.hostname, port: url.port || 2375 };
}
