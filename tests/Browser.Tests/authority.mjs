import { createServer } from "node:http";
import Provider from "oidc-provider";

export const audience = "agents";

/** An OpenID Connect authority that other people wrote, certified as one: signs in with a form, gives JWTs and refresh tokens that hold for one use. */
export class Authority {
  /** The lifetime of an access token in seconds. It applies to tokens that are issued after it was set. */
  lasts = 3600;
  /** Every request for tokens. */
  given = [];

  async listen(page) {
    this.server = createServer((request, response) => this.handle(request, response)).listen(0, "127.0.0.1");
    await new Promise((resolve) => this.server.once("listening", resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    this.provider = new Provider(this.url, {
      clients: [{
        client_id: "page", token_endpoint_auth_method: "none", redirect_uris: [`${page}/`], grant_types: ["authorization_code", "refresh_token"], response_types: ["code"],
      }],
      pkce: { required: () => true },
      clientBasedCORS: (_, origin) => origin === page,
      rotateRefreshToken: true,
      issueRefreshToken: () => true,
      scopes: ["openid", "offline_access", "agents"],
      ttl: { AccessToken: () => this.lasts, Session: 3600, Grant: 3600, Interaction: 600, IdToken: 3600, RefreshToken: 3600 },
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
      extraTokenClaims: () => ({ roles: "start,view,steer,approve" }),
      features: {
        devInteractions: { enabled: true },
        resourceIndicators: {
          enabled: true, defaultResource: () => "urn:agents", useGrantedResource: () => true,
          getResourceServerInfo: () => ({ scope: "agents", audience, accessTokenFormat: "jwt", accessTokenTTL: this.lasts, jwt: { sign: { alg: "RS256" } } }),
        },
      },
    });
    this.provider.use(async (context, next) => {
      await next();
      if (!this.renewsNoLonger || context.oidc?.params?.grant_type !== "refresh_token") return;
      context.status = 400;
      context.body = { error: "invalid_grant" };
    });
    this.provider.on("grant.success", ({ oidc }) => this.given.push(oidc.params.grant_type));
    this.provider.on("grant.error", ({ oidc }, error) => this.given.push(`${oidc.params?.grant_type}: ${error.error_description ?? error.message}`));
  }

  handle(request, response) {
    if (this.away) return request.socket.destroy();
    this.provider.callback()(request, response);
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
