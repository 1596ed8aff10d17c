package chat

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Download asks for the chat of a stream as a file. Messages that were taken away are not in it.
type Download struct {
	Stream string `path:"stream" json:"-"`
}

var (
	getSubtitles = download("vtt", "gives the chat of a stream as subtitles", "text/vtt; charset=utf-8", writeSubtitles)
	getJSON      = download("json", "gives the chat of a stream as JSON, in the format of TwitchDownloader", "application/json", writeJSON)
	getText      = download("txt", "gives the chat of a stream as text", "text/plain; charset=utf-8", writeText)
)

// download declares a file of a stream's chat. write writes it, of messages that each calls it with.
func download(format, doc, contentType string, write func(io.Writer, window, func(func(Message) error) error) error) run.Endpoint {
	return api.Get("/api/chat/streams/{stream}/chat."+format, doc, api.Viewers,
		func(ctx context.Context, d *run.Deps, req Download) (api.File, error) {
			for {
				w, err := findWindow(ctx, d, api.OwnerOf(ctx), req.Stream)
				if err != nil {
					return api.File{}, err
				}
				there := func(f func(Message) error) error {
					return w.each(ctx, d, func(m Message) error {
						if m.DeletedAt != nil {
							return nil
						}
						return f(m)
					})
				}
				f, err := w.file(ctx, d, format, func(out io.Writer) error { return write(out, w, there) })
				f.ContentType, f.Cache = contentType, "private, no-cache"
				if f.Key == "" {
					return f, err
				}
				now, again := findWindow(ctx, d, w.owner, w.stream)
				if err == nil && again == nil && now.key == w.key && now.erased.Equal(w.erased) {
					return f, nil
				}
				// What it was made of may have been sealed or removed meanwhile, and the files that were made of it.
				always, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
				gone := d.Blob.Remove(always, f.Key)
				cancel()
				if err := errors.Join(err, gone); err != nil {
					return api.File{}, err
				}
			}
		}).Within(time.Minute)
}

// answerable is how many bytes of a compressed file are an answer by themselves. What is larger goes by
// the object store.
const answerable = 512 << 10

// file is what write writes: by itself, or when it is large as an object that replaces earlier ones. With an error
// and a key the object may be there.
func (w window) file(ctx context.Context, d *run.Deps, format string, write func(io.Writer) error) (api.File, error) {
	temporary, err := os.CreateTemp(d.Work, "chat-*."+format)
	if err != nil {
		return api.File{}, fmt.Errorf("download: %w", err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }()
	sum := sha256.New()
	small := &limited{left: answerable}
	zip := gzip.NewWriter(small)
	out := bufio.NewWriterSize(io.MultiWriter(temporary, sum, zip), 64<<10)
	err = write(out)
	for _, end := range []func() error{out.Flush, zip.Close, temporary.Close} {
		err = errors.Join(err, end())
	}
	if err != nil {
		return api.File{}, err
	}
	if small.left >= 0 {
		return api.File{Content: small.kept}, nil
	}
	key := downloadsOf(w.owner, w.stream, w.key) + hex.EncodeToString(sum.Sum(nil)) + "." + format
	f := api.File{Key: key}
	if _, err := d.Blob.Stat(ctx, key); err == nil {
		return f, nil
	} else if !errors.Is(err, blob.ErrNotFound) {
		return api.File{}, err
	}
	if err := d.Blob.Upload(ctx, temporary.Name(), key); err != nil {
		return f, err
	}
	earlier, err := d.Blob.List(ctx, folderOf(w.owner, w.stream)+downloadPrefix)
	if err != nil {
		return f, err
	}
	for _, object := range earlier {
		if object.Key != key && strings.HasSuffix(object.Key, "."+format) {
			if err := d.Blob.Remove(ctx, object.Key); err != nil {
				return f, err
			}
		}
	}
	return f, nil
}

// limited keeps what is written up to a limit; beyond it, it keeps nothing.
type limited struct {
	kept []byte
	left int
}

// Write keeps the bytes while there is room.
func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		l.kept = nil
	} else {
		l.kept = append(l.kept, p...)
	}
	return len(p), nil
}

// cueSeconds is how long a message is shown as a subtitle.
const cueSeconds = 4

func writeSubtitles(out io.Writer, _ window, each func(func(Message) error) error) error {
	if _, err := io.WriteString(out, "WEBVTT\n\n"); err != nil {
		return err
	}
	return each(func(m Message) error {
		_, err := fmt.Fprintf(out, "%s --> %s\n%s: %s\n\n", cueTime(*m.At), cueTime(*m.At+cueSeconds),
			cueText.Replace(oneLine(m.User.shown())), cueText.Replace(oneLine(m.Text)))
		return err
	})
}

// cueText lets the characters that mean something in a cue mean themselves.
var cueText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// oneLine has no line ends, which would end a cue or a line, and nothing else that moves a cursor.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }), " ")
}

func cueTime(at float64) string {
	t := time.Duration(at*1000+0.5) * time.Millisecond
	return fmt.Sprintf("%02d:%02d:%02d.%03d", int(t.Hours()), int(t.Minutes())%60, int(t.Seconds())%60, t.Milliseconds()%1000)
}

func writeText(out io.Writer, _ window, each func(func(Message) error) error) error {
	return each(func(m Message) error {
		at := int(*m.At)
		_, err := fmt.Fprintf(out, "[%d:%02d:%02d] %s: %s\n", at/3600, at/60%60, at%60, oneLine(m.User.shown()), oneLine(m.Text))
		return err
	})
}

// writeJSON writes what an import reads.
func writeJSON(out io.Writer, w window, each func(func(Message) error) error) error {
	head, err := json.Marshal(map[string]any{"id": w.channel})
	if err != nil {
		return err
	}
	began, err := json.Marshal(map[string]any{"created_at": w.from, "start": 0, "end": w.at(w.until), "length": w.at(w.until)})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, `{"streamer":%s,"video":%s,"comments":[`, head, began); err != nil {
		return err
	}
	separator := "\n"
	err = each(func(m Message) error {
		text, err := json.Marshal(commentOf(m))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s%s", separator, text)
		separator = ",\n"
		return err
	})
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, "\n]}\n")
	return err
}
