// An OpenID provider for the tests: oidc-provider with people and one client, on TLS.
//
//   node server.mjs CONFIG.json     says "listening" when it is
//
// CONFIG: issuer, port, certificate, key, ca, people {name: {password, claims}}, client, jwks
import fs from "node:fs";
import https from "node:https";
import { pathToFileURL } from "node:url";

const config = JSON.parse(fs.readFileSync(process.argv[2]));
const { Provider } = await import(
  pathToFileURL(`${config.packages}/node_modules/oidc-provider/lib/index.js`));

const claimsOf = (name) => ({ sub: config.people[name].subject, ...config.people[name].claims });
const nameOf = (subject) =>
  Object.keys(config.people).find((name) => config.people[name].subject === subject);

const provider = new Provider(config.issuer, {
  clients: [config.client],
  jwks: { keys: config.keys },
  cookies: { keys: ["of-the-tests"] },
  // It would not talk to loopback, where we are.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  clientAuthMethods: ["private_key_jwt", "tls_client_auth"],
  acrValues: ["pwd", "mfa"],
  conformIdTokenClaims: false,
  claims: {
    openid: ["sub", "acr", "directory_id"],
    profile: ["preferred_username", "name", "groups"],
  },
  enabledJWA: {
    idTokenSigningAlgValues: ["RS256", "PS256", "ES256", "EdDSA"],
    clientAuthSigningAlgValues: ["RS256"],
  },
  features: {
    backchannelLogout: { enabled: true },
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: true },
    mTLS: {
      enabled: true,
      tlsClientAuth: true,
      getCertificate: (ctx) => {
        const certificate = ctx.socket.getPeerX509Certificate?.();
        return certificate?.toString();
      },
      certificateAuthorized: (ctx) =>
        ctx.socket.getPeerX509Certificate()?.fingerprint256 === config.trusted_certificate,
      certificateSubjectMatches: () => true,
    },
  },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, subject) =>
    nameOf(subject) && { accountId: subject, claims: () => claimsOf(nameOf(subject)) },
  // The company has agreed for its people: nobody is asked.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      accountId: ctx.oidc.session.accountId,
      clientId: ctx.oidc.client.clientId,
    });
    grant.addOIDCScope("openid profile");
    await grant.save();
    return grant;
  },
});
provider.on("server_error", (_, error) => console.error(error));
provider.on("backchannel.error", (_, error) => console.error("back-channel", error));
provider.on("grant.error", (_, error) => console.error("grant", error.message, error.error_detail));

const form = `<!doctype html><title>Provider</title><form method="post">
  <input name="username"><input name="password" type="password"><button>Sign in</button></form>`;

async function interact(request, response) {
  if (request.method !== "POST") {
    response.setHeader("Content-Type", "text/html").end(form);
    return;
  }
  let body = "";
  for await (const piece of request) {
    body += piece;
  }
  const typed = new URLSearchParams(body);
  const person = config.people[typed.get("username")];
  const result = person && person.password === typed.get("password")
    ? { login: { accountId: person.subject, acr: person.acr } }
    : { error: "access_denied", error_description: "not this person" };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

const answer = provider.callback();
https.createServer({
  cert: fs.readFileSync(config.certificate),
  key: fs.readFileSync(config.key),
  requestCert: true,
  rejectUnauthorized: false,
}, (request, response) => {
  const handled = request.url.startsWith("/interaction/") ? interact(request, response)
    : answer(request, response);
  Promise.resolve(handled).catch((error) => {
    console.error(error);
    response.writeHead(500).end();
  });
}).listen(config.port, "127.0.0.1", () => console.log("listening"));
