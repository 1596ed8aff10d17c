package gateway

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

func isFile(route api.Route) bool { return route.Response == reflect.TypeFor[api.File]() }

// content is a file that can be sent, and where its bytes come from.
type content struct {
	size int64
	// tag is the version, as an ETag.
	tag  string
	read func(ctx context.Context, offset, length int64) (io.ReadCloser, error)
}

// file sends the file that an endpoint has answered, or the range of it that was asked for.
func (s *server) file(c echo.Context, reply json.RawMessage) error {
	var f api.File
	if err := json.Unmarshal(reply, &f); err != nil {
		return fmt.Errorf("file: %w", err)
	}
	if f.Key == "" && f.Content == nil {
		return c.NoContent(http.StatusNoContent)
	}
	h := c.Response().Header()
	if f.Shared {
		h.Set(echo.HeaderAccessControlAllowOrigin, "*")
		h.Set(echo.HeaderAccessControlExposeHeaders, "Accept-Ranges, Content-Length, Content-Range, ETag")
	}
	var found content
	var err error
	if f.Key == "" {
		found, err = text(c, f)
	} else {
		found, err = s.stored(c.Request().Context(), f)
	}
	if err != nil {
		return err
	}
	h.Set(echo.HeaderContentType, f.ContentType)
	h.Set(echo.HeaderCacheControl, cmp.Or(f.Cache, "no-store"))
	err = send(c, found)
	if err != nil && c.Response().Committed && c.Request().Context().Err() == nil {
		s.Logger.Warn("a file was cut off", "id", c.Get(requestIDKey), "key", f.Key, "err", err)
	}
	return err
}

// stored is an object, or a section of one, which is not looked up before it is read.
func (s *server) stored(ctx context.Context, f api.File) (content, error) {
	if f.Length == 0 {
		object, err := s.Blob.Stat(ctx, f.Key)
		if err != nil {
			return content{}, missing(err)
		}
		return content{size: object.Size, tag: `"` + strings.Trim(object.ETag, `"`) + `"`, read: s.section(f)}, nil
	}
	return content{size: f.Length, tag: weakTag(fmt.Appendf(nil, "%s %d %d", f.Key, f.Offset, f.Length)), read: s.section(f)}, nil
}

// section reads the file from the object that it lies in.
func (s *server) section(f api.File) func(context.Context, int64, int64) (io.ReadCloser, error) {
	return func(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
		r, err := s.Blob.Section(ctx, f.Key, f.Offset+offset, length)
		return r, missing(err)
	}
}

func missing(err error) error {
	if errors.Is(err, blob.ErrNotFound) {
		return fault.New(fault.NotFound, "this file is not there, or not any more")
	}
	return err
}

// text is a file that is stored nowhere, compressed for those who can read that.
func text(c echo.Context, f api.File) (content, error) {
	c.Response().Header().Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
	found := content{tag: weakTag(f.Content)}
	plain := f.Content
	if r := c.Request(); safe(r) && acceptsGzip(r) && r.Header.Get("Range") == "" { // what answers a command goes as it is
		c.Response().Header().Set(echo.HeaderContentEncoding, "gzip")
	} else {
		unzipped, err := gzip.NewReader(bytes.NewReader(f.Content))
		if err == nil {
			plain, err = io.ReadAll(unzipped)
		}
		if err != nil {
			return found, fmt.Errorf("file: %w", err)
		}
	}
	found.size = int64(len(plain))
	found.read = func(_ context.Context, offset, length int64) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(plain[offset : offset+length])), nil
	}
	return found, nil
}

// weakTag is the ETag of what follows from a text; it says nothing about how it is encoded.
func weakTag(of []byte) string {
	sum := sha256.Sum256(of)
	return `W/"` + hex.EncodeToString(sum[:16]) + `"`
}

var refusedCoding = regexp.MustCompile(`;\s*q=0(\.0*)?\s*$`)

func acceptsGzip(r *http.Request) bool {
	for _, coding := range strings.Split(r.Header.Get(echo.HeaderAcceptEncoding), ",") {
		if name, _, _ := strings.Cut(coding, ";"); strings.TrimSpace(name) == "gzip" {
			return !refusedCoding.MatchString(coding)
		}
	}
	return false
}

// send answers with a file, with a range of it, or that the caller has it already.
func send(c echo.Context, f content) error {
	r, h := c.Request(), c.Response().Header()
	h.Set(headerETag, f.tag)
	h.Set("Accept-Ranges", "bytes")
	if known(r, f.tag) {
		h.Del(echo.HeaderContentType)
		h.Del(echo.HeaderContentEncoding)
		return c.NoContent(http.StatusNotModified)
	}
	wanted, err := rangeOf(r, f)
	if err != nil {
		h.Set("Content-Range", fmt.Sprintf("bytes */%d", f.size))
		return err
	}
	status := http.StatusOK
	if wanted.partial {
		status = http.StatusPartialContent
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", wanted.offset, wanted.offset+wanted.length-1, f.size))
	}
	h.Set(echo.HeaderContentLength, strconv.FormatInt(wanted.length, 10))
	if r.Method == http.MethodHead || wanted.length == 0 {
		return c.NoContent(status)
	}
	body, err := f.read(r.Context(), wanted.offset, wanted.length)
	if err != nil {
		h.Del("Content-Range")
		h.Del(echo.HeaderContentLength)
		return err
	}
	defer func() { _ = body.Close() }()
	c.Response().WriteHeader(status)
	if _, err := io.CopyN(c.Response(), body, wanted.length); err != nil {
		return fmt.Errorf("sending a file: %w", err) // its length tells the caller that it is not whole
	}
	return nil
}
