package gateway

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// stretch is what is sent of a file.
type stretch struct {
	offset, length int64
	partial        bool
}

var byteRange = regexp.MustCompile(`^bytes=\s*(\d*)\s*-\s*(\d*)\s*$`)

// rangeOf is what a request wants of a file: all of it unless it names one range of the version that
// there is. A range that lies outside is an error.
func rangeOf(r *http.Request, f content) (stretch, error) {
	all := stretch{length: f.size}
	match := byteRange.FindStringSubmatch(r.Header.Get("Range"))
	if match == nil || match[1]+match[2] == "" || r.Method != http.MethodGet {
		return all, nil
	}
	if version := r.Header.Get("If-Range"); version != "" && (version != f.tag || strings.HasPrefix(version, "W/")) {
		return all, nil
	}
	from, to := int64(0), f.size-1
	switch first, last := number(match[1]), number(match[2]); {
	case match[1] == "": // so many of the last
		from = max(f.size-last, 0)
		if last == 0 {
			from = f.size
		}
	case match[2] != "" && last < first:
		return all, nil
	default:
		from = first
		if match[2] != "" {
			to = min(last, to)
		}
	}
	if from >= f.size {
		return all, errOutside
	}
	return stretch{from, to - from + 1, true}, nil
}

// errOutside is the answer to a range of which the file has nothing.
var errOutside = echo.NewHTTPError(http.StatusRequestedRangeNotSatisfiable)

// number reads digits; what is too large for any file is the largest number.
func number(digits string) int64 {
	n, _ := strconv.ParseInt(digits, 10, 64)
	return n
}

// preflight lets pages of other sites ask for a range of a file. It says nothing of the file: whether a
// page may read it, the file's own answer tells.
func preflight(c echo.Context) error {
	h := c.Response().Header()
	h.Set(echo.HeaderAccessControlAllowOrigin, "*")
	h.Set(echo.HeaderAccessControlAllowMethods, "GET, HEAD")
	h.Set(echo.HeaderAccessControlAllowHeaders, "Range")
	h.Set(echo.HeaderAccessControlMaxAge, "86400")
	h.Set(echo.HeaderAllow, "OPTIONS, GET, HEAD")
	return c.NoContent(http.StatusNoContent)
}
