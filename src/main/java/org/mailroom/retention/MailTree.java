package org.mailroom.retention;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MessageFolders;
import org.mailroom.settings.Causes;
import org.mailroom.settings.PrivateFolder;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * The folders of messages below {@code mail}, and how they go. Nothing outside of them is touched,
 * and symbolic links aren't followed: one in a message's folder goes itself, one on the way there
 * is left alone with all behind it. Safe for use by several threads.
 */
@Component
final class MailTree {

  private static final Pattern YEAR = Pattern.compile("\\d{4}");
  private static final Pattern TWO_DIGITS = Pattern.compile("\\d{2}");
  private static final Pattern KEY = Pattern.compile("[0-9a-f]{32}");

  /**
   * What lies in the folder of a message. {@code newest}: when the latest of its files was written;
   * without one, the folder.
   */
  record Content(int files, long bytes, Instant newest) {

    static final Content NOTHING = new Content(0, 0, Instant.MIN);
  }

  /**
   * What went of a folder.
   *
   * @param problem why something of it didn't, in words; null when all is gone
   */
  record Deleted(int files, long bytes, @Nullable String problem) {}

  /** Removes a file or an empty folder; false when it isn't there. */
  interface Remover {
    boolean remove(Path path) throws IOException;
  }

  private final MessageFolders folders;
  private final Remover remover;

  @Autowired
  MailTree(MessageFolders folders) {
    this(folders, Files::deleteIfExists);
  }

  MailTree(MessageFolders folders, Remover remover) {
    this.folders = folders;
    this.remover = remover;
  }

  /** What lies there; nothing where there is no such folder. */
  Content look(Path folder) throws IOException {
    if (!isThere(folder)) {
      return Content.NOTHING;
    }
    Look look = new Look();
    Files.walkFileTree(folder, look);
    return new Content(
        look.files,
        look.bytes,
        look.newest.equals(Instant.MIN)
            ? Files.getLastModifiedTime(folder, LinkOption.NOFOLLOW_LINKS).toInstant()
            : look.newest);
  }

  private static final class Look extends SimpleFileVisitor<Path> {
    private int files;
    private long bytes;
    private Instant newest = Instant.MIN;

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      files++;
      if (!attributes.isRegularFile()) {
        return FileVisitResult.CONTINUE;
      }
      bytes += attributes.size();
      Instant written = attributes.lastModifiedTime().toInstant();
      newest = written.isAfter(newest) ? written : newest;
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException why) throws IOException {
      if (why instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw why;
    }
  }

  /** Whether a message's folder is there, without a link on the way. */
  boolean isThere(Path folder) {
    return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && linkOnTheWay(folder) == null;
  }

  /**
   * Deletes a folder of a message with all that lies in it. What can't be deleted is told, and all
   * else goes.
   */
  Deleted delete(Path folder) {
    if (!folder.startsWith(folders.root()) || folder.equals(folders.root())) {
      throw new IllegalArgumentException(folder + " doesn't lie in " + folders.root());
    }
    Path link = linkOnTheWay(folder);
    if (link != null) {
      return new Deleted(
          0,
          0,
          link
              + " is a symbolic link, which isn't followed: delete what lies behind it yourself,"
              + " and the link");
    }
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return new Deleted(0, 0, null);
    }
    Deletion deletion = new Deletion(remover);
    try {
      Files.walkFileTree(folder, deletion);
    } catch (IOException e) {
      deletion.failed(folder, e);
    }
    PrivateFolder.force(folder.getParent());
    return new Deleted(deletion.files, deletion.bytes, deletion.problem);
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    private final Remover remover;
    private int files;
    private long bytes;
    private @Nullable String problem;

    private Deletion(Remover remover) {
      this.remover = remover;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      try {
        if (remover.remove(file)) {
          files++;
          bytes += attributes.isRegularFile() ? attributes.size() : 0;
        }
      } catch (IOException e) {
        failed(file, e);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException why) {
      failed(file, why);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException why) {
      try {
        if (why != null) {
          throw why;
        }
        remover.remove(folder);
      } catch (IOException e) {
        failed(folder, e);
      }
      return FileVisitResult.CONTINUE;
    }

    /** The first is enough to know: a folder with something in it can't go, either. */
    private void failed(Path what, IOException why) {
      if (problem == null && !(why instanceof NoSuchFileException)) {
        problem =
            what
                + " can't be deleted ("
                + Causes.inShort(why)
                + "): let the user that Mailroom runs as write to its folder";
      }
    }
  }

  /** The first name below {@code mail} that is a symbolic link; null when none is. */
  private @Nullable Path linkOnTheWay(Path folder) {
    Path each = folders.root();
    for (Path name : folders.root().relativize(folder)) {
      each = each.resolve(name);
      if (Files.isSymbolicLink(each)) {
        return each;
      }
    }
    return null;
  }

  /** The folders of accounts, in order; those that are links aren't among them. */
  List<Path> accounts() throws IOException {
    return within(folders.root(), Pattern.compile(".+"));
  }

  /** The folders of an account's days up to one, earliest first. */
  List<Path> days(Path account, LocalDate last) throws IOException {
    List<Path> days = new ArrayList<>();
    for (Path year : within(account, YEAR)) {
      for (Path month : within(year, TWO_DIGITS)) {
        for (Path day : within(month, TWO_DIGITS)) {
          LocalDate date = date(day);
          if (date != null && !date.isAfter(last)) {
            days.add(day);
          }
        }
      }
    }
    return days;
  }

  /** The day whose folder it is; null when there is no such day. */
  @Nullable LocalDate date(Path day) {
    int names = day.getNameCount();
    try {
      return LocalDate.of(
          Integer.parseInt(day.getName(names - 3).toString()),
          Integer.parseInt(day.getName(names - 2).toString()),
          Integer.parseInt(day.getName(names - 1).toString()));
    } catch (DateTimeException noSuchDay) {
      return null;
    }
  }

  /** The folders of messages of a day, as the file system gives them. Close it. */
  @SuppressWarnings("StreamResourceLeak")
  DirectoryStream<Path> messages(Path day) throws IOException {
    return Files.newDirectoryStream(day, MailTree::isMessage);
  }

  private static boolean isMessage(Path folder) {
    return KEY.matcher(folder.getFileName().toString()).matches()
        && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Removes the folder of a day with those of its month and year, as far as nothing lies in them.
   */
  void removeIfEmpty(Path day) {
    Path each = day;
    for (int level = 0; level < 3 && each != null && each.startsWith(folders.root()); level++) {
      try {
        Files.deleteIfExists(each);
      } catch (IOException notEmptyOrNotOurs) {
        return;
      }
      each = each.getParent();
    }
  }

  private static List<Path> within(Path folder, Pattern name) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path each : all) {
        if (name.matcher(each.getFileName().toString()).matches()
            && Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
          found.add(each);
        }
      }
    } catch (NoSuchFileException none) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    found.sort(null);
    return found;
  }
}
