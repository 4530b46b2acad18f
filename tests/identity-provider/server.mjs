// An OpenID Connect provider for the tests: `node server.mjs PORT REDIRECT_URI CLIENT_SECRET`.
//
// It signs in whoever the form of its own page names, with a password that is never looked at. POST /groups says who is in
// which groups. It also makes tokens as a CI does: POST /workload with an algorithm and claims, and perhaps the name of a key.
// POST /new-keys replaces the keys that it signs those with.

import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import * as jose from 'jose';

const [port, redirect, secret] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

let groups = {};
const kinds = { RS256: {}, ES256: {}, EdDSA: {} };
let generation = 0;
const makeKeys = async () => {
  generation += 1;
  for (const [alg, kind] of Object.entries(kinds)) {
    kind.pair = await jose.generateKeyPair(alg, { extractable: true });
    kind.jwk = { ...await jose.exportJWK(kind.pair.privateKey), kid: `key-${generation}-${alg}`, alg, use: 'sig' };
  }
};
const publicKeys = () => Promise.all(Object.values(kinds).map(async ({ pair, jwk: { kid, alg, use } }) => (
  { ...await jose.exportJWK(pair.publicKey), kid, alg, use })));
await makeKeys();

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'tidegate',
    client_secret: secret,
    redirect_uris: [redirect],
    grant_types: ['authorization_code'],
    response_types: ['code'],
  }],
  jwks: { keys: Object.values(kinds).map((kind) => kind.jwk) },
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'], groups: ['groups'] },
  scopes: ['openid', 'groups'],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  async findAccount(_, id) {
    return {
      accountId: id,
      claims: async () => ({
        sub: id,
        name: `${id} of the tests`,
        preferred_username: id,
        email: `${id}@example.org`,
        email_verified: true,
        groups: groups[id] ?? [],
      }),
    };
  },
});

const whole = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
};

// What a CI signs: the claims that are asked for, by the algorithm that is asked for, or by none, or by a shared secret that
// is the public key. All name a key that there is, unless they are to name another.
const signed = async ({ alg, kid, claims }) => {
  const header = { alg, typ: 'JWT', kid: kid ?? (kinds[alg] ?? kinds.RS256).jwk.kid };
  const bare = `${jose.base64url.encode(JSON.stringify(header))}.${jose.base64url.encode(JSON.stringify(claims))}`;
  if (alg === 'none') return `${bare}.`;
  if (alg === 'HS256') {
    const pem = await jose.exportSPKI(kinds.RS256.pair.publicKey);
    return new jose.SignJWT(claims).setProtectedHeader(header).sign(new TextEncoder().encode(pem));
  }
  return new jose.SignJWT(claims).setProtectedHeader(header).sign(kinds[alg].pair.privateKey);
};

const callback = provider.callback();
createServer(async (request, response) => {
  if (request.url === '/workload') {
    response.end(await signed(await whole(request)));
  } else if (request.url === '/new-keys') {
    await makeKeys();
    response.end();
  } else if (request.url === '/jwks' && generation > 1) {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: await publicKeys() }));
  } else if (request.url === '/groups') {
    groups = await whole(request);
    response.end();
  } else {
    callback(request, response);
  }
}).listen(Number(port), '127.0.0.1');
