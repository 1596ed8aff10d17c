package api

import (
	"bytes"
	"compress/gzip"
)

// File is the response of an endpoint that answers with a file: the gateway sends it, in ranges when
// asked. It is an object, a section of one, or Content; nothing of these is an answer without content.
type File struct {
	// Key of the object; empty when the file is Content.
	Key string `json:"key,omitempty"`
	// Offset and Length are the section of the object that is the file, in bytes; the whole object when
	// Length is zero. What lies in a section never changes.
	Offset int64 `json:"offset,omitempty"`
	Length int64 `json:"length,omitempty"`
	// Content is the file itself, compressed with gzip; see TextFile.
	Content []byte `json:"content,omitempty"`
	// ContentType of the file.
	ContentType string `json:"contentType"`
	// Cache is the Cache-Control header.
	Cache string `json:"cache"`
	// Shared is true when pages of other sites may read the file: it is for everybody who knows its
	// address, whoever is signed in.
	Shared bool `json:"shared,omitempty"`
}

// TextFile is a file that is stored nowhere. It is compressed, so that also a large one is an answer.
func TextFile(text []byte, contentType string) File {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(text) // a buffer takes everything
	_ = w.Close()
	return File{Content: b.Bytes(), ContentType: contentType}
}
