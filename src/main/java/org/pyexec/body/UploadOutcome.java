package org.pyexec.body;

import org.pyexec.files.HostedFile;

/** What has become of a form with a file. */
public sealed interface UploadOutcome {

    /** The file is in the store. */
    record Kept(HostedFile file) implements UploadOutcome {}

    /** No part of the form is the file. */
    record NoFile() implements UploadOutcome {}

    /** So many parts are. */
    record TooManyFiles(int count) implements UploadOutcome {}

    /** The form has more parts, or longer heads, than one may have. */
    record TooManyParts() implements UploadOutcome {}

    /** It is not what RFC 7578 calls a form. */
    record Malformed() implements UploadOutcome {}
}
