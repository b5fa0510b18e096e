package org.mailroom.listing;

import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphRequest;

/**
 * The pages of one import's listing, for a Splitter to walk that works on several of them at once.
 *
 * <p>{@link #hasNext} answers at once, from what the listing has said so far: no when everything is
 * listed, when the import failed or the runtime stops, or when the import's turn is over. {@link
 * #next} holds back while as many pages are in hand as may be, then asks Graph. A Splitter asks for
 * the one before it sends what it has on its way, and for the other beside that, so that no page
 * waits for what comes behind it. A page that was promised and isn't to be had any more, because of
 * a failure or a stop, is one without messages: a Splitter whose iterator breaks its promise ends
 * before what it has begun is done. Nothing is raised: a failure goes to the import. Whoever took a
 * page says {@link #done}, whatever came of it.
 *
 * <p>One thread walks; pages end on any.
 */
public final class Pages implements Iterator<Page> {

  /** How long to wait before it is looked again whether the import is over. */
  private static final long LOOK_AGAIN_MILLIS = 200;

  private static final Page NOTHING = Page.ofMessages(List.of());

  /**
   * What an import asks those around it.
   *
   * @param isStopping the import failed, or the runtime stops: nothing more is begun
   * @param turn how long it may go on
   * @param failed takes why the folder can't be listed any further
   * @param store takes each position once everything before it is done
   */
  public record Surroundings(
      BooleanSupplier isStopping,
      Turn turn,
      Consumer<Exception> failed,
      Consumer<Position> store) {}

  /** Nothing more is asked for. */
  private static final class StoppedException extends RuntimeException {}

  private final Listing listing;
  private final Graph graph;
  private final Surroundings around;
  private final int pagesInHand;
  private final Positions positions;

  /** Pages by number, and of each its messages with their versions. */
  private final Map<Integer, Map<String, String>> inHand = new HashMap<>();

  private boolean promised;
  private int taken;
  private int listed;
  private boolean suspended;
  private boolean failed;
  private boolean finished;
  private volatile boolean paused;

  /**
   * @param listing begun or to be gone on with
   * @param pagesInHand how many pages may be held in memory
   */
  public Pages(Listing listing, Graph graph, Surroundings around, int pagesInHand) {
    this.listing = listing;
    this.graph = graph;
    this.around = around;
    this.pagesInHand = pagesInHand;
    this.positions = new Positions(around.store());
  }

  @Override
  public synchronized boolean hasNext() {
    promised |= isWanted();
    return promised;
  }

  /** Another page may be asked for, as soon as there is a place for it. */
  private boolean isWanted() {
    if (isOver() || !isListing()) {
      return false;
    }
    if (around.turn().isOver(listed)) {
      suspended = true;
      finished = true;
    }
    return !finished;
  }

  /**
   * Waits until another page may be asked for, and returns its number; 0 when none is wanted any
   * more.
   */
  private synchronized int awaitPlace() {
    while (isWanted()) {
      if (inHand.size() < pagesInHand) {
        inHand.put(++taken, Map.of());
        return taken;
      }
      if (!waitAWhile()) {
        return 0;
      }
    }
    return 0;
  }

  private boolean isListing() {
    return !paused && !listing.isEnded();
  }

  /** Nothing more comes, whatever is left. */
  private boolean isOver() {
    return finished || failed || around.isStopping().getAsBoolean();
  }

  /** Called in a loop that looks what there is to do. */
  @SuppressWarnings("WaitNotInLoop")
  private boolean waitAWhile() {
    try {
      wait(LOOK_AGAIN_MILLIS);
      return true;
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      finished = true;
      return false;
    }
  }

  @Override
  public Page next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    int number = awaitPlace();
    Page page = number == 0 ? NOTHING : list(number);
    keepPromise();
    return page;
  }

  private synchronized void keepPromise() {
    promised = false;
  }

  private Page list(int number) {
    try {
      Listed page = listing.next(this::ask);
      positions.listed(number, page.position());
      return new Page(number, take(number, page.messages()));
    } catch (StoppedException stop) {
      fail(number);
    } catch (RuntimeException why) {
      fail(number);
      around.failed().accept(why);
    }
    return NOTHING;
  }

  private <T> T ask(GraphRequest<T> request) {
    if (around.isStopping().getAsBoolean()) {
      throw new StoppedException();
    }
    return graph.ask(request);
  }

  /**
   * Leaves out what stands on another page in hand: where the service can't list on, a listing
   * begins anew, and a message that is being delivered would be delivered a second time beside.
   * Should the other page fail, no position moves behind it.
   */
  private synchronized List<ListedMessage> take(int number, List<ListedMessage> messages) {
    listed++;
    List<ListedMessage> others =
        messages.stream()
            .filter(message -> inHand.values().stream().noneMatch(page -> isThere(page, message)))
            .toList();
    Map<String, String> versions = new HashMap<>();
    others.forEach(message -> versions.put(message.id(), message.version()));
    inHand.put(number, versions);
    return others;
  }

  /** A newer version is another matter: the rules may have left the older one. */
  private static boolean isThere(Map<String, String> page, ListedMessage message) {
    String version = page.get(message.id());
    return page.containsKey(message.id())
        && (version == null || message.version() == null || version.equals(message.version()));
  }

  private synchronized void fail(int number) {
    failed = true;
    inHand.remove(number);
    notifyAll();
  }

  /**
   * A page is through, and another one may come in its place.
   *
   * @param whole each of its messages is delivered, or in the ledger
   */
  public void done(Page page, boolean whole) {
    try {
      if (isInHand(page)) {
        positions.done(page.number(), whole);
      }
    } finally {
      letGo(page);
    }
  }

  private synchronized boolean isInHand(Page page) {
    return inHand.containsKey(page.number());
  }

  private synchronized void letGo(Page page) {
    inHand.remove(page.number());
    notifyAll();
  }

  /** Nothing more is listed in this import; what is due again is still tried. */
  public void pauseListing() {
    paused = true;
  }

  /** Whether marking a message that was received then can't move what is still to be listed. */
  public boolean isBehind(@Nullable Instant receivedAt) {
    return isOverForGood() || listing.isBehind(receivedAt);
  }

  /** The listing isn't gone on with, so that nothing depends on its positions. */
  private synchronized boolean isOverForGood() {
    return !suspended && (failed || finished || paused || around.isStopping().getAsBoolean());
  }

  /** Its turn is over, and there is more to list: a later import goes on with the same listing. */
  public synchronized boolean isSuspended() {
    return suspended && !failed;
  }

  /** Everything is listed. */
  public boolean isEnded() {
    return listing.isEnded();
  }

  /** No page so far was done without being whole. */
  public boolean isWholeSoFar() {
    return positions.isWholeSoFar();
  }

  /** Everything is listed, and each page is done and whole. */
  public boolean isThrough() {
    return listing.isEnded() && positions.isWhole();
  }

  /** How many messages the service couldn't list, whatever was asked. */
  public int unlistable() {
    return listing.unlistable();
  }
}
