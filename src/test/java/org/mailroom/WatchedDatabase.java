package org.mailroom;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * A database that tells which statements it was asked by some threads, and by which plan it answers
 * its queries.
 */
public final class WatchedDatabase extends DelegatingDataSource {

  private final Predicate<Thread> watched;
  private final List<String> statements = Collections.synchronizedList(new ArrayList<>());
  private final List<String> plans = Collections.synchronizedList(new ArrayList<>());
  private volatile boolean explains;

  public WatchedDatabase(DataSource database, Predicate<Thread> watched) {
    super(database);
    this.watched = watched;
  }

  /** What was asked since this was called last. */
  public List<String> statements() {
    synchronized (statements) {
      List<String> asked = List.copyOf(statements);
      statements.clear();
      return asked;
    }
  }

  /** Runs something, each query a second time for its plan with the rows that it has read. */
  public List<String> plansOf(Runnable queries) {
    plans.clear();
    explains = true;
    try {
      queries.run();
    } finally {
      explains = false;
    }
    return List.copyOf(plans);
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = super.getConnection();
    return !watched.test(Thread.currentThread())
        ? connection
        : proxy(
            Connection.class,
            (method, arguments) -> {
              Object made = method.invoke(connection, arguments);
              if (method.getName().equals("createStatement")) {
                statements.add("a statement without parameters");
              }
              if (!method.getName().equals("prepareStatement")) {
                return made;
              }
              String sql = (String) arguments[0];
              statements.add(sql);
              return explains ? explained(connection, sql, (PreparedStatement) made) : made;
            });
  }

  private PreparedStatement explained(
      Connection connection, String sql, PreparedStatement statement) throws SQLException {
    PreparedStatement plan = connection.prepareStatement("explain analyze " + sql);
    return proxy(
        PreparedStatement.class,
        (method, arguments) -> {
          if (method.getName().startsWith("set") && arguments.length > 1) {
            method.invoke(plan, arguments);
          }
          if (method.getName().equals("executeQuery")) {
            plans.add(sql + "\n" + text(plan));
          }
          return method.invoke(statement, arguments);
        });
  }

  private static String text(PreparedStatement plan) throws SQLException {
    StringBuilder text = new StringBuilder();
    try (plan;
        ResultSet lines = plan.executeQuery()) {
      while (lines.next()) {
        text.append(lines.getString(1)).append('\n');
      }
    }
    return text.toString();
  }

  private interface Call {
    Object answer(Method method, Object[] arguments) throws Exception;
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            WatchedDatabase.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              try {
                return call.answer(method, arguments);
              } catch (InvocationTargetException refused) {
                throw refused.getCause();
              }
            }));
  }
}
