package org.mailroom;
public class Mailroom { public static void main(String[] a) {} }
