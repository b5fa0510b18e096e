package org.mailroom.message;

import java.nio.file.Path;

/**
 * A file that is safely on disk.
 *
 * @param path absolute
 * @param size in bytes
 * @param sha256 lower-case hexadecimal
 */
public record StoredFile(Path path, long size, String sha256) {}
