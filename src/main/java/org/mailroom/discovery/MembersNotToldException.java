package org.mailroom.discovery;

/** The service tells ids of members and nothing else of them. Its message is for the operator. */
final class MembersNotToldException extends Discovery.NotToldException {

  MembersNotToldException(String groupId, int members) {
    super(
        "list members of "
            + groupId
            + ": the service tells the ids of "
            + members
            + (members == 1 ? " member" : " members")
            + ", and not their addresses. Grant the application User.ReadBasic.All beside"
            + " GroupMember.Read.All, with admin consent; then wait for a new token.");
  }
}
