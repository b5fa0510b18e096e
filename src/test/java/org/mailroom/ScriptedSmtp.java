package org.mailroom;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** An SMTP server that answers to the content of a mail as it is told. */
final class ScriptedSmtp implements AutoCloseable {

  private final ServerSocket listening;
  private final List<String> taken = new CopyOnWriteArrayList<>();

  /**
   * @param answers by the line of the subject, what is answered after the content
   */
  ScriptedSmtp(int port, Function<String, String> answers) throws IOException {
    listening = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(() -> accept(answers), "scripted-smtp");
    thread.setDaemon(true);
    thread.start();
  }

  /** The subjects that it took. */
  List<String> taken() {
    return taken;
  }

  private void accept(Function<String, String> answers) {
    while (!listening.isClosed()) {
      try (Socket client = listening.accept()) {
        talk(client, answers);
      } catch (IOException over) {
        // the next one
      }
    }
  }

  private void talk(Socket client, Function<String, String> answers) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(client.getInputStream(), ISO_8859_1));
    say(client, "220 scripted");
    String subject = null;
    boolean content = false;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (content) {
        subject = line.startsWith("Subject: ") ? line.substring("Subject: ".length()) : subject;
        if (line.equals(".")) {
          content = false;
          String answer = answers.apply(subject);
          if (answer.startsWith("250")) {
            taken.add(subject);
          }
          say(client, answer);
        }
      } else if (line.startsWith("EHLO")) {
        say(client, "250-scripted\r\n250 AUTH PLAIN LOGIN");
      } else if (line.startsWith("AUTH")) {
        say(client, "235 welcome");
      } else if (line.equals("DATA")) {
        content = true;
        say(client, "354 go on");
      } else if (line.startsWith("QUIT")) {
        say(client, "221 bye");
        return;
      } else {
        say(client, "250 fine");
      }
    }
  }

  private static void say(Socket client, String answer) throws IOException {
    client.getOutputStream().write((answer + "\r\n").getBytes(ISO_8859_1));
    client.getOutputStream().flush();
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
