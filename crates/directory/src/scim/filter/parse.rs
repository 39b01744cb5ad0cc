//! Reading filters.
//!
//! Owns: `Parser`, the limits of a filter.
//! Invariant: no input panics, and depth and number of terms are bounded before memory is.
//! Follows: RFC 7644, figure 1; "not" binds before "and", "and" before "or".

use serde_json::Value;

use super::{Filter, Operator};
use crate::scim::{
    error::{ScimError, ScimResult, ScimType},
    path::AttributePath,
};

/// Longest filter.
pub(crate) const FILTER_BYTES_MAX: usize = 8_192;
/// Deepest nesting.
pub(crate) const FILTER_DEPTH_MAX: usize = 16;
/// Most comparisons.
pub(crate) const FILTER_TERMS_MAX: usize = 64;

/// Reads one text.
pub(crate) struct Parser<'a> {
    rest: &'a str,
    depth: usize,
    terms: usize,
}

impl<'a> Parser<'a> {
    /// Reads a whole filter.
    ///
    /// # Errors
    /// `invalidFilter`.
    pub(crate) fn filter(text: &'a str) -> ScimResult<Filter> {
        let mut parser = Self::over(text)?;
        let filter = parser.or(false)?;
        parser.skip_spaces();
        match parser.rest.is_empty() {
            true => Ok(filter),
            false => Err(parser.refuse("something follows the filter")),
        }
    }

    /// Reads a filter up to its closing bracket; gives what follows that.
    ///
    /// # Errors
    /// `invalidFilter`.
    pub(crate) fn value_filter(text: &'a str) -> ScimResult<(Filter, &'a str)> {
        let mut parser = Self::over(text)?;
        let filter = parser.or(true)?;
        parser.skip_spaces();
        match parser.rest.strip_prefix(']') {
            Some(rest) => Ok((filter, rest)),
            None => Err(parser.refuse("] is missing")),
        }
    }

    fn over(text: &'a str) -> ScimResult<Self> {
        let parser = Self {
            rest: text,
            depth: 0,
            terms: 0,
        };
        match text.len() > FILTER_BYTES_MAX {
            true => Err(ScimError::typed(
                ScimType::InvalidFilter,
                "the filter is too long",
            )),
            false => Ok(parser),
        }
    }

    fn refuse(&self, what: &str) -> ScimError {
        let near: String = self.rest.chars().take(24).collect();
        ScimError::typed(ScimType::InvalidFilter, format!("{what}, at: {near}"))
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    /// Takes a word that a space, a bracket or the end follows.
    fn take_word(&mut self, word: &str) -> bool {
        self.skip_spaces();
        let Some(head) = self.rest.get(..word.len()) else {
            return false;
        };
        let rest = self.rest.get(word.len()..).unwrap_or_default();
        let is_whole = rest.is_empty() || rest.starts_with([' ', '(', ')', '[', ']']);
        if head.eq_ignore_ascii_case(word) && is_whole {
            self.rest = rest;
            return true;
        }
        false
    }

    fn take(&mut self, mark: char) -> bool {
        self.skip_spaces();
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn or(&mut self, is_value: bool) -> ScimResult<Filter> {
        let mut left = self.and(is_value)?;
        while self.take_word("or") {
            let right = self.and(is_value)?;
            left = Filter::Or(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn and(&mut self, is_value: bool) -> ScimResult<Filter> {
        let mut left = self.term(is_value)?;
        while self.take_word("and") {
            let right = self.term(is_value)?;
            left = Filter::And(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn term(&mut self, is_value: bool) -> ScimResult<Filter> {
        self.terms += 1;
        if self.terms > FILTER_TERMS_MAX {
            return Err(self.refuse("too many comparisons"));
        }
        let before = self.rest;
        if self.take_word("not") {
            if self.take('(') {
                return Ok(Filter::Not(Box::new(self.nested(is_value)?)));
            }
            self.rest = before;
        }
        if self.take('(') {
            return self.nested(is_value);
        }
        self.comparison(is_value)
    }

    /// What stands between parentheses, the first of which is taken.
    fn nested(&mut self, is_value: bool) -> ScimResult<Filter> {
        self.depth += 1;
        if self.depth > FILTER_DEPTH_MAX {
            return Err(self.refuse("nested too deep"));
        }
        let inner = self.or(is_value)?;
        self.depth -= 1;
        match self.take(')') {
            true => Ok(inner),
            false => Err(self.refuse(") is missing")),
        }
    }

    fn comparison(&mut self, is_value: bool) -> ScimResult<Filter> {
        self.skip_spaces();
        let end = self
            .rest
            .find([' ', '[', ']', '(', ')', '"'])
            .unwrap_or(self.rest.len());
        let (head, rest) = self.rest.split_at(end);
        let path = AttributePath::parse(head).ok_or_else(|| self.refuse("no attribute"))?;
        self.rest = rest;
        if !is_value && self.rest.starts_with('[') {
            self.take('[');
            let inner = self.or(true)?;
            if !self.take(']') {
                return Err(self.refuse("] is missing"));
            }
            return Ok(Filter::Values(path, Box::new(inner)));
        }
        if self.take_word("pr") {
            return Ok(Filter::Present(path));
        }
        self.skip_spaces();
        let end = self.rest.find(' ').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        let operator = Operator::parse(word).ok_or_else(|| self.refuse("no operator"))?;
        self.rest = rest;
        let value = self.value()?;
        Ok(Filter::Compare(path, operator, value))
    }

    /// A string, number, true, false or null of JSON.
    fn value(&mut self) -> ScimResult<Value> {
        self.skip_spaces();
        let length = match self.rest.starts_with('"') {
            true => self.string_length(),
            false => self.rest.find([' ', ')', ']']),
        };
        let (text, rest) = self.rest.split_at(length.unwrap_or(self.rest.len()));
        let found = match serde_json::from_str::<Value>(text) {
            Ok(value) if !value.is_array() && !value.is_object() => value,
            _ => return Err(self.refuse("no value")),
        };
        if !(rest.is_empty() || rest.starts_with([' ', ')', ']'])) {
            return Err(self.refuse("no value"));
        }
        self.rest = rest;
        Ok(found)
    }

    /// Bytes of the string with which the rest begins, its quotes included.
    fn string_length(&self) -> Option<usize> {
        let mut is_escaped = false;
        for (place, byte) in self.rest.bytes().enumerate().skip(1) {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => return Some(place + 1),
                _ => {}
            }
        }
        None
    }
}

/// Reads any bytes as a filter and as a path; for fuzzing.
pub fn fuzz_scim_filter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(filter) = Parser::filter(text) else {
        return;
    };
    // What is written must read equal.
    let again = Parser::filter(&filter.to_string());
    if let Ok(again) = again {
        assert_eq!(again, filter, "{text}");
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
