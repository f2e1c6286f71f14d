/** The image's health check: exit status 0 when the page is served. */

import { get } from "node:http";

const request = get({ host: "127.0.0.1", port: Number(process.env.PORT || 3000), path: "/", timeout: 3_000 });
request.on("response", (response) => process.exit(response.statusCode === 200 ? 0 : 1));
request.on("timeout", () => process.exit(1));
request.on("error", () => process.exit(1));
