package org.mailroom.credential;

import com.microsoft.aad.msal4j.ITokenCacheAccessAspect;
import com.microsoft.aad.msal4j.ITokenCacheAccessContext;
import org.jspecify.annotations.Nullable;

/** msal4j's cache for one request: what is stored goes in, what has to be stored comes out. */
final class RequestCache implements ITokenCacheAccessAspect {

  private @Nullable String content;

  RequestCache(@Nullable String content) {
    this.content = content;
  }

  /** As it is now, in msal4j's own form; null: nothing was ever in it. */
  @Nullable String content() {
    return content;
  }

  @Override
  public void beforeCacheAccess(ITokenCacheAccessContext context) {
    context.tokenCache().deserialize(content);
  }

  @Override
  public void afterCacheAccess(ITokenCacheAccessContext context) {
    if (context.hasCacheChanged()) {
      content = context.tokenCache().serialize();
    }
  }
}
