package org.mailroom.listing;

import java.util.List;
import org.mailroom.account.AccountFolder;
import org.mailroom.graph.GraphException;

/**
 * The folders of an account, as they are in its mailbox now.
 *
 * @param folders each once, in the order in which they are read; at least one
 * @param missing why those that the account names and that aren't there weren't found
 */
public record FoundFolders(List<AccountFolder> folders, List<GraphException> missing) {}
