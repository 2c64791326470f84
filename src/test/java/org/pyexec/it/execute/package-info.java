/** Programs by {@code POST /execute}: how they are sent, what they are given, and what is answered. */
@NullMarked
package org.pyexec.it.execute;

import org.jspecify.annotations.NullMarked;
