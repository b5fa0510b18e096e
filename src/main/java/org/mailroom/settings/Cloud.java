package org.mailroom.settings;

/**
 * A Microsoft cloud: where its identity platform and its Graph API answer. Tokens of one cloud are
 * refused in another.
 */
public enum Cloud {
  GLOBAL("https://login.microsoftonline.com", "https://graph.microsoft.com/v1.0"),
  US_GOV("https://login.microsoftonline.us", "https://graph.microsoft.us/v1.0"),
  US_DOD("https://login.microsoftonline.us", "https://dod-graph.microsoft.us/v1.0"),
  CHINA("https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn/v1.0");

  private final String loginUrl;
  private final String graphUrl;

  Cloud(String loginUrl, String graphUrl) {
    this.loginUrl = loginUrl;
    this.graphUrl = graphUrl;
  }

  public String loginUrl() {
    return loginUrl;
  }

  public String graphUrl() {
    return graphUrl;
  }
}
