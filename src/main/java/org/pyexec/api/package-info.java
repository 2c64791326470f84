/** What the API says, without Jakarta EE: requests, answers, refusals and routes. */
@NullMarked
package org.pyexec.api;

import org.jspecify.annotations.NullMarked;
