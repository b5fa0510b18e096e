package org.mailroom.settings;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.doctree.TextTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The text of docs/configuration.md: every key of {@link MailroomProperties}, its type and default
 * out of the records, its meaning out of their doc comments. What a comment doesn't say is missing
 * in the table, too.
 */
final class ConfigurationDocument {

  private static final Path SOURCES = Path.of("src/main/java/org/mailroom/settings");

  private static final String HEAD =
      """
      # Configuration

      Every key of `application.yaml` below `mailroom`, made out of the code by a test
      (`mvn -Dtest=ConfigurationDocumentTest -Dmailroom.write-docs=true test` writes it anew). Names may be written in any
      of Spring Boot's forms, and as environment variables: `mailroom.poll-every` is `MAILROOM_POLL_EVERY`. Durations are
      written as `30s`, `5m`, `1h`, `30d`; sizes as `1KB`, `50MB`. A wrong value, or a key that isn't here, stops the start
      with key, value and what is allowed. What an account's settings do is in [accounts.md](accounts.md).
      """;

  /**
   * Doc comments of the records by the record's name with those that it is nested in, then of its
   * parts by component; the record's own is under "".
   */
  private final Map<String, Map<String, String>> comments = new TreeMap<>();

  private final List<Row> rows = new ArrayList<>();
  private final StringBuilder text = new StringBuilder(HEAD);

  /**
   * A key that has a value: the text of its default, empty where it has none, and what it means.
   */
  record Row(String key, String standard, String meaning) {}

  /** The keys that have a value, once {@link #text} has been asked for. */
  List<Row> rows() {
    return List.copyOf(rows);
  }

  String text() throws IOException {
    readComments();
    table("mailroom", MailroomProperties.class);
    return text.toString();
  }

  private void table(String prefix, Class<?> type) {
    List<Runnable> later = new ArrayList<>();
    text.append("\n## `").append(prefix).append("`\n\n");
    String about = comments.getOrDefault(name(type), Map.of()).getOrDefault("", "");
    if (!about.isBlank()) {
      text.append(about.replaceAll("(.{1,120})(?: |$)", "$1\n")).append("\n");
    }
    text.append("| Key | Value | Default | |\n| --- | --- | --- | --- |\n");
    for (RecordComponent component : type.getRecordComponents()) {
      String key = prefix + "." + kebab(component.getName());
      Class<?> nested = nested(component.getGenericType());
      String meaning =
          comments.getOrDefault(name(type), Map.of()).getOrDefault(component.getName(), "");
      if (nested == null) {
        row(key, value(component), defaultOf(component), meaning);
        rows.add(new Row(key, defaultOf(component), meaning));
      } else {
        String below = component.getType() == Map.class ? key + ".<name>" : key;
        row(
            key,
            component.getType() == Map.class ? "by name, see `" + below + "`" : "see below",
            "",
            meaning);
        later.add(() -> table(below, nested));
      }
    }
    later.forEach(Runnable::run);
  }

  private void row(String key, String value, String standard, String meaning) {
    text.append("| `")
        .append(key)
        .append("` | ")
        .append(value)
        .append(" | ")
        .append(standard.isEmpty() ? "" : "`" + standard + "`")
        .append(" | ")
        .append(meaning.replace("|", "\\|"))
        .append(" |\n");
  }

  private static Class<?> nested(Type type) {
    if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
      return nested(map.getActualTypeArguments()[1]);
    }
    return type instanceof Class<?> plain
            && plain.isRecord()
            && plain.getName().startsWith("org.mailroom")
        ? plain
        : null;
  }

  private static String defaultOf(RecordComponent component) {
    DefaultValue value = onParameter(component).getAnnotation(DefaultValue.class);
    return value == null ? "" : String.join(", ", value.value());
  }

  /** Annotations that can't stand on a record's component stand on the constructor's parameter. */
  private static AnnotatedElement onParameter(RecordComponent component) {
    Class<?> type = component.getDeclaringRecord();
    RecordComponent[] all = type.getRecordComponents();
    return Arrays.stream(type.getDeclaredConstructors())
        .filter(each -> each.getParameterCount() == all.length)
        .findFirst()
        .orElseThrow()
        .getParameters()[
        Arrays.stream(all).map(RecordComponent::getName).toList().indexOf(component.getName())];
  }

  private static String value(RecordComponent component) {
    String range = range(component);
    return kind(component.getGenericType()) + (range.isEmpty() ? "" : ", " + range);
  }

  private static String kind(Type type) {
    if (type instanceof ParameterizedType list) {
      return "list of " + kind(list.getActualTypeArguments()[0]);
    }
    Class<?> plain = (Class<?>) type;
    if (plain.isEnum()) {
      return Stream.of(plain.getEnumConstants())
          .map(each -> "`" + each.toString().toLowerCase(Locale.ROOT).replace('_', '-') + "`")
          .collect(Collectors.joining(", "));
    }
    return Map.ofEntries(
            Map.entry(Duration.class, "duration"),
            Map.entry(DataSize.class, "size"),
            Map.entry(URI.class, "address"),
            Map.entry(Path.class, "path"),
            Map.entry(int.class, "number"),
            Map.entry(Integer.class, "number"),
            Map.entry(boolean.class, "`true`, `false`"),
            Map.entry(Boolean.class, "`true`, `false`"),
            Map.entry(LocalDate.class, "date"),
            Map.entry(String.class, "text"))
        .getOrDefault(plain, plain.getSimpleName());
  }

  private static String range(RecordComponent component) {
    AnnotatedElement parameter = onParameter(component);
    Min min = parameter.getAnnotation(Min.class);
    Max max = parameter.getAnnotation(Max.class);
    if (min != null && max != null) {
      return min.value() + " to " + max.value();
    }
    return min != null ? "at least " + min.value() : max != null ? "at most " + max.value() : "";
  }

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  private void readComments() throws IOException {
    try (StandardJavaFileManager files =
            ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, null, null);
        Stream<Path> sources = Files.list(SOURCES)) {
      Iterable<? extends JavaFileObject> units =
          files.getJavaFileObjectsFromPaths(
              sources.filter(file -> file.toString().endsWith(".java")).sorted().toList());
      JavacTask task =
          (JavacTask)
              ToolProvider.getSystemJavaCompiler()
                  .getTask(null, files, problem -> {}, List.of("-proc:none"), null, units);
      DocTrees docs = DocTrees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        new TreePathScanner<Void, Void>() {
          @Override
          public Void visitClass(ClassTree node, Void nothing) {
            read(docs, getCurrentPath(), name(getCurrentPath()));
            return super.visitClass(node, nothing);
          }
        }.scan(unit, null);
      }
    }
  }

  private static String name(Class<?> type) {
    return type.getDeclaringClass() == null
        ? type.getSimpleName()
        : name(type.getDeclaringClass()) + "." + type.getSimpleName();
  }

  private static String name(TreePath path) {
    String own = ((ClassTree) path.getLeaf()).getSimpleName().toString();
    return path.getParentPath().getLeaf() instanceof ClassTree
        ? name(path.getParentPath()) + "." + own
        : own;
  }

  private void read(DocTrees docs, TreePath path, String name) {
    DocCommentTree comment = docs.getDocCommentTree(path);
    if (comment == null) {
      return;
    }
    Map<String, String> parts = comments.computeIfAbsent(name, key -> new TreeMap<>());
    parts.put("", plain(comment.getFullBody()));
    for (DocTree tag : comment.getBlockTags()) {
      if (tag instanceof ParamTree param) {
        parts.put(param.getName().toString(), plain(param.getDescription()));
      }
    }
  }

  private static String plain(List<? extends DocTree> parts) {
    return parts.stream()
        .map(
            part -> {
              if (part instanceof LiteralTree literal) {
                return "`" + key(literal.getBody().getBody().replaceAll("\\s+", " ").strip()) + "`";
              }
              return part instanceof LinkTree link
                  ? "`" + link.getReference() + "`"
                  : part instanceof TextTree words ? words.getBody() : part.toString();
            })
        .collect(Collectors.joining())
        .replaceAll("\\s+", " ")
        .replace("null: ", "unset: ")
        .replace(", or null", ", optional")
        .strip();
  }

  /** A component's name is a key in the document. */
  private static String key(String literal) {
    return literal.matches("[a-z]+([A-Z][a-z]+)+") ? kebab(literal) : literal;
  }
}
