// The peer: @tus/server with @tus/s3-store as their documents show them. Parts of 8 MiB (the documented size), the
// default locker (in memory), the default cache (in memory), the SDK's defaults for checksums and sockets. Path-style
// addresses, because the store has no names of its own per bucket. Everything else is left alone.
import { Server } from "@tus/server";
import { S3Store } from "@tus/s3-store";

const { PEER_PORT, PEER_ENDPOINT, PEER_ACCESS_KEY, PEER_SECRET_KEY, PEER_REGION, PEER_BUCKET } = process.env;

const datastore = new S3Store({
  partSize: 8 * 1024 * 1024,
  s3ClientConfig: {
    bucket: PEER_BUCKET,
    region: PEER_REGION,
    endpoint: PEER_ENDPOINT,
    forcePathStyle: true,
    credentials: { accessKeyId: PEER_ACCESS_KEY, secretAccessKey: PEER_SECRET_KEY },
  },
});

new Server({ path: "/files", datastore }).listen({ host: "127.0.0.1", port: Number(PEER_PORT) });
